from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from graphmem.errors import InvalidInput
from graphmem_api.access.issuer import SPACES_CLAIM, Issuer, fetch_json
from graphmem_api.problems import Problem
from graphmem_api.settings import Settings

ISSUER, AUDIENCE = "https://issuer.example", "graphmem"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())


def key_set() -> dict[str, Any]:
    rsa_key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA.public_key()))
    ec_key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(EC.public_key()))
    return {"keys": [{**rsa_key, "kid": "r"}, {**ec_key, "kid": "e"}]}


def claims(**more: Any) -> dict[str, Any]:
    return {
        "iss": ISSUER, "aud": AUDIENCE, "exp": time.time() + 600, "sub": "ann",
        "scope": "openid graphmem:write", SPACES_CLAIM: ["team"], **more,
    }  # fmt: skip


def issuer(fetched: list[str] | None = None, **given: Any) -> Issuer:
    settings = Settings(jwt_issuer=ISSUER, jwt_audience=AUDIENCE, **given)

    def fetch(url: str) -> Any:
        (fetched if fetched is not None else []).append(url)
        if url.endswith("openid-configuration"):
            return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
        return key_set()

    return Issuer(settings, fetch)


def signed(payload: dict[str, Any], alg: str = "RS256", kid: str | None = "r", **more: Any) -> str:
    key: Any = {"RS256": RSA, "ES256": EC}.get(alg, RSA)
    headers = {**({"kid": kid} if kid else {}), **more}
    return jwt.encode(payload, key, algorithm=alg, headers=headers)


@pytest.mark.parametrize(("alg", "kid"), [("RS256", "r"), ("ES256", "e")])
def test_a_token_of_the_issuer_says_who_what_and_where(alg: str, kid: str) -> None:
    caller, until = issuer().caller(signed(claims(), alg, kid))
    assert (caller.name, caller.scopes, caller.spaces) == ("jwt:ann", {"read", "write"}, {"team"})
    assert until > time.time()


def test_who_is_told_no_scope_or_space_has_none() -> None:
    bare = {k: v for k, v in claims().items() if k not in ("scope", SPACES_CLAIM)}
    caller, _ = issuer().caller(signed(bare))
    assert (caller.scopes, caller.spaces) == (set(), set())
    caller, _ = issuer().caller(signed({**bare, "scp": ["admin"], SPACES_CLAIM: "*"}))
    assert (caller.scopes, caller.spaces) == ({"read", "write", "admin"}, None)


def test_no_other_token_is_believed() -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = RSA.public_key().public_numbers().n.to_bytes(256, "big")
    missing = {k: v for k, v in claims().items() if k != "exp"}
    wrong = [
        signed(claims(exp=time.time() - 600)),
        signed(claims(aud="another")),
        signed(claims(iss="https://evil.example")),
        signed(claims(nbf=time.time() + 600)),
        signed(missing),
        signed(claims(), kid="unknown"),
        signed(claims(), "RS256", "e"),
        signed(claims(), "RS512"),
        signed(claims(), "PS256"),
        jwt.encode(claims(), other, algorithm="RS256", headers={"kid": "r"}),
        jwt.encode(claims(), public, algorithm="HS256", headers={"kid": "r"}),
        jwt.encode(claims(), None, algorithm="none", headers={"kid": "r"}),
        signed(claims())[:-4] + "AAAA",
        f"{base64.urlsafe_b64encode(b'[' * 5_000).decode()}.e30.x",
        "eyJ.eyJ.x", "a.b", "", "x" * 10_000,
    ]  # fmt: skip
    checked = issuer()
    for token in wrong:
        with pytest.raises(Problem) as raised:
            checked.caller(token)
        assert raised.value.status == 401
        assert "ann" not in raised.value.detail


def test_made_up_tokens_do_not_make_us_call_the_issuer() -> None:
    fetched: list[str] = []
    checked = issuer(fetched)
    for n in range(50):
        with pytest.raises(Problem):
            checked.caller(signed(claims(), kid=f"made-up-{n}"))
    assert fetched == [f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/keys"]


def test_an_issuer_that_is_down_locks_out_nobody_whose_key_is_known() -> None:
    now, down = 0.0, False

    def fetch(url: str) -> Any:
        if down:
            raise OSError("down")
        return key_set()

    settings = Settings(
        jwt_issuer=ISSUER, jwt_audience=AUDIENCE, jwks_url="https://issuer.example/keys"
    )
    checked = Issuer(settings, fetch, lambda: now)
    token = signed(claims())
    checked.caller(token)
    now, down = 10_000.0, True
    assert checked.caller(token)[0].name == "jwt:ann"


@pytest.mark.parametrize(
    "given",
    [{"jwt_issuer": ISSUER}, {"jwt_issuer": "http://issuer.example", "jwt_audience": "a"},
     {"jwt_issuer": ISSUER, "jwt_audience": "a", "jwks_url": "file:///etc/passwd"}],
)  # fmt: skip
def test_an_issuer_needs_an_audience_and_https(given: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        Issuer(Settings(**given))  # type: ignore[arg-type]


@contextmanager
def answering(status: int, body: bytes, location: str = "") -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/keys"
        finally:
            server.shutdown()
            thread.join()


def test_a_document_is_fetched_from_where_it_is_and_in_bounds() -> None:
    with answering(200, b'{"keys": []}') as url:
        assert fetch_json(url) == {"keys": []}
        with answering(302, b"", location=url) as elsewhere, pytest.raises(OSError, match="302"):
            fetch_json(elsewhere)
    with (
        answering(200, b'"' + b"x" * 300_000 + b'"') as url,
        pytest.raises(ValueError, match="lon"),
    ):
        fetch_json(url)
    with pytest.raises(InvalidInput):
        fetch_json("file:///etc/passwd")
