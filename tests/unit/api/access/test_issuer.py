from __future__ import annotations

import asyncio
import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import IncompleteRead
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from graphmem.errors import InvalidInput
from graphmem_api.access import issuer as issuers
from graphmem_api.access.caller import Caller
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


def asked(checked: Issuer, token: str) -> Caller:
    async def ask() -> Caller:
        caller = await checked.caller(token)
        if checked._fetching is not None:
            await checked._fetching
        return caller

    return asyncio.run(ask())


def signed(payload: dict[str, Any], alg: str = "RS256", kid: str | None = "r", **more: Any) -> str:
    key: Any = {"RS256": RSA, "ES256": EC}.get(alg, RSA)
    headers = {**({"kid": kid} if kid else {}), **more}
    return jwt.encode(payload, key, algorithm=alg, headers=headers)


@pytest.mark.parametrize(("alg", "kid"), [("RS256", "r"), ("ES256", "e")])
def test_a_token_of_the_issuer_says_who_what_and_where(alg: str, kid: str) -> None:
    caller = asked(issuer(), signed(claims(), alg, kid))
    assert (caller.name, caller.scopes, caller.spaces) == ("jwt:ann", {"read", "write"}, {"team"})
    assert time.time() < caller.until < time.time() + 700


def test_who_is_told_no_scope_or_space_has_none() -> None:
    bare = {k: v for k, v in claims().items() if k not in ("scope", SPACES_CLAIM)}
    caller = asked(issuer(), signed(bare))
    assert (caller.scopes, caller.spaces) == (set(), set())
    caller = asked(issuer(), signed({**bare, "scp": ["admin"], SPACES_CLAIM: "*"}))
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
            asked(checked, token)
        assert raised.value.status == 401
        assert "ann" not in raised.value.detail


def test_made_up_tokens_do_not_make_us_call_the_issuer() -> None:
    fetched: list[str] = []
    checked = issuer(fetched)
    for n in range(50):
        with pytest.raises(Problem):
            asked(checked, signed(claims(), kid=f"made-up-{n}"))
    assert fetched == [f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/keys"]


def of_one_url(fetch: Callable[[str], Any], clock: Callable[[], float]) -> Issuer:
    url = "https://issuer.example/keys"
    settings = Settings(jwt_issuer=ISSUER, jwt_audience=AUDIENCE, jwks_url=url)
    return Issuer(settings, fetch, clock)


def test_an_issuer_that_is_down_locks_out_nobody_for_an_hour_and_then_everybody() -> None:
    now, down = 0.0, False

    def fetch(url: str) -> Any:
        if down:
            raise IncompleteRead(b"{")
        return key_set()

    checked = of_one_url(fetch, lambda: now)
    token = signed(claims())
    asked(checked, token)
    down = True
    for seconds in (1_000.0, 3_500.0):
        now = seconds
        assert asked(checked, token).name == "jwt:ann"
    for seconds in (3_700.0, 3_701.0):
        now = seconds
        with pytest.raises(Problem) as raised:
            asked(checked, token)
        assert (raised.value.status, raised.value.code) == (503, "issuer_unreachable")
        assert "Retry-After" in raised.value.headers
    now, down = 3_800.0, False
    assert asked(checked, token).name == "jwt:ann"


def test_a_slow_issuer_holds_up_one_thread_and_nobody_whose_key_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(issuers, "_WAIT_S", 0.05)
    now, slow, n_fetching = 0.0, False, 0
    begun, answer = threading.Event(), threading.Event()

    def fetch(url: str) -> Any:
        nonlocal n_fetching
        if slow:
            n_fetching += 1
            begun.set()
            answer.wait()
        return key_set()

    checked = of_one_url(fetch, lambda: now)

    async def ask() -> None:
        nonlocal now, slow
        token = signed(claims())
        await checked.caller(token)
        now, slow = 1_000.0, True
        unknown = [checked.caller(signed(claims(), kid=f"new-{n}")) for n in range(20)]
        found = await asyncio.gather(*unknown, return_exceptions=True)
        assert {getattr(error, "status", None) for error in found} == {503}
        assert (await checked.caller(token)).name == "jwt:ann"
        # On a busy machine all may have given up before the thread had its turn.
        assert await asyncio.to_thread(begun.wait, 30)
        assert n_fetching == 1
        answer.set()

    asyncio.run(ask())


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
