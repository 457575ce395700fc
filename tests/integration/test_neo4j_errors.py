"""What a Neo4j store says when it cannot be opened or written, on a real server with a login."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote

import pytest

from graphmem.core.changes import Changes
from graphmem.errors import (
    GraphMemError,
    InvalidInput,
    NotAStore,
    SchemaTooNew,
    StoreDenied,
    StoreReadOnly,
    StoreUnavailable,
)
from graphmem.stores.neo4j import Neo4jStore
from graphmem.stores.neo4j.schema import MIGRATIONS
from graphmem.testing.samples import entity, passage, vector
from scripts.neo4j_server import server as server_module
from scripts.neo4j_server.server import Login, Neo4jServer

SECRET = "p@ss:w/rd"
UNCHECKED = passage("x").model_copy(update={"position": 2**63})


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URI", "USER", "USERNAME", "PASSWORD", "DATABASE"):
        monkeypatch.delenv(f"NEO4J_{name}", raising=False)


def url(login: Login, database: str = "", scheme: str = "bolt") -> str:
    host = login.uri.partition("://")[2]
    return f"{scheme}://{login.user}:{quote(login.password, safe='')}@{host}/{database}"


def refused(target: str, kind: type[GraphMemError], match: str) -> str:
    """Fail to open a store, soon; return what was said."""
    begin = time.monotonic()
    with pytest.raises(kind, match=match) as caught:
        Neo4jStore(target)
    assert time.monotonic() - begin < 30
    assert SECRET not in str(caught.value)
    assert quote(SECRET, safe="") not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_a_url_may_say_it_all(neo4j: Login, scheme: str) -> None:
    store = Neo4jStore(url(neo4j, neo4j.database, scheme))
    assert store.read_meta("no such key") is None
    assert neo4j.password not in repr(store) + str(store.address) + repr(store.address)
    store.close()


def test_what_the_url_leaves_out_comes_from_the_environment(
    neo4j: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEO4J_URI", neo4j.uri)
    monkeypatch.setenv("NEO4J_USERNAME", neo4j.user)
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j.password)
    store = Neo4jStore("neo4j://")
    identity = store.identity
    store.close()
    monkeypatch.setenv("NEO4J_DATABASE", neo4j.database)
    again = Neo4jStore(neo4j.uri)
    assert again.identity == identity
    again.close()


def test_a_wrong_password_is_refused_without_repeating_it(neo4j: Login) -> None:
    wrong = replace(neo4j, password=SECRET)
    said = refused(url(wrong), StoreDenied, "refuses the login of 'neo4j'.*NEO4J_PASSWORD")
    assert "Unauthorized" in said


def test_a_login_is_asked_for(neo4j: Login) -> None:
    refused(neo4j.uri, StoreDenied, "no user was given")


def test_a_database_that_is_not_there_is_named(neo4j: Login) -> None:
    refused(url(neo4j, "nowhere"), StoreUnavailable, r"no such database at .*/nowhere .*create")


def test_a_closed_port_is_said_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    target = f"bolt://neo4j:{quote(SECRET, safe='')}@127.0.0.1:{port}"
    refused(target, StoreUnavailable, rf"no Neo4j answers at bolt://127\.0\.0\.1:{port} .*start")
    refused(target.replace("bolt", "neo4j"), StoreUnavailable, "no Neo4j answers")


def test_a_host_that_has_no_address_is_said() -> None:
    refused("bolt://u:p@no-such-host.invalid", StoreUnavailable, "no Neo4j answers at .*invalid")


def test_tls_to_a_server_without_it_is_said(neo4j: Login) -> None:
    refused(url(neo4j, scheme="bolt+s"), StoreUnavailable, "TLS")


@pytest.fixture
def web_server() -> Iterator[int]:
    """Something that is no Neo4j, but listens."""

    def answer() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_another_kind_of_server_is_no_store(web_server: int) -> None:
    refused(f"bolt://u:p@127.0.0.1:{web_server}", (NotAStore, StoreUnavailable), "127.0.0.1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        (Changes(nodes=(UNCHECKED,)), "cannot be sent"),
        (Changes(nodes=(entity("x"),), vectors=(vector("x", float("nan")),)), "not finite"),
    ],
    ids=["integer", "nan"],
)
def test_what_the_server_cannot_hold_is_refused(
    neo4j: Login, changes: Changes, match: str
) -> None:
    store = Neo4jStore(url(neo4j))
    with pytest.raises(InvalidInput, match=match):
        store.apply("refused", lambda _: changes)
    assert store.seq("refused") == 0
    store.close()


def test_text_that_is_no_text_is_refused_and_the_connection_works_on(neo4j: Login) -> None:
    store = Neo4jStore(url(neo4j))
    for ask in (store.seq, lambda bad: store.get("a", [bad])):
        with pytest.raises(InvalidInput, match="lone surrogate"):
            ask("x\ud800")
        assert store.seq("never written") == 0
    store.close()


def test_a_store_of_a_newer_graphmem_is_left_alone(neo4j_alone: Neo4jServer) -> None:
    target = url(neo4j_alone.login)
    store = Neo4jStore(target)
    version = "MATCH (s:GraphmemStore) SET s.schema_version = $version"
    store._client.write(version, version=99)
    refused(target, SchemaTooNew, "schema version 99.*upgrade")
    store._client.write(version, version=len(MIGRATIONS))
    store.close()


def test_a_store_of_an_older_graphmem_is_brought_up_to_date(neo4j_alone: Neo4jServer) -> None:
    target = url(neo4j_alone.login)
    store = Neo4jStore(target)
    store.apply("older", lambda _: Changes(nodes=(passage("x", text="the ferry"),)))
    store._client.write("DROP INDEX graphmem_Passage_words")
    old = "CREATE FULLTEXT INDEX graphmem_Passage_text FOR (n:Passage) ON EACH [n.text]"
    store._client.write(old)
    store._client.write("MATCH (s:GraphmemStore) SET s.schema_version = 1")
    identity = store.identity
    store.close()
    store = Neo4jStore(target)
    assert store.identity == identity
    assert store.passages_by_words("older", ["ferry"], 5, None) == ["x"]
    names = {name for (name,) in store._client.read("SHOW INDEXES YIELD name RETURN name")}
    assert "graphmem_Passage_text" not in names
    ((version,),) = store._client.read("MATCH (s:GraphmemStore) RETURN s.schema_version")
    assert version == len(MIGRATIONS) > 1
    assert store.check() == []
    store.close()


TLS = (
    "server.bolt.tls_level=OPTIONAL",
    (POLICY := "dbms.ssl.policy.bolt") + ".enabled=true",
    f"{POLICY}.private_key=private.key",
    f"{POLICY}.public_certificate=public.crt",
)


def restart(server: Neo4jServer, monkeypatch: pytest.MonkeyPatch, *settings: str) -> None:
    """Have a server run with these settings beside its own."""
    server.stop()
    with monkeypatch.context() as patch:
        lines = "".join(f"{line}\n" for line in settings)
        patch.setattr(server_module, "CONFIGURATION", server_module.CONFIGURATION + lines)
        server.start()


def make_certificate(folder: Path) -> None:
    """Put a key and a certificate that it signed itself, for this machine, into a new folder."""
    folder.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-keyout", folder / "private.key", "-out", folder / "public.crt",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip


def user_of(server: Neo4jServer, name: str, change: LiteralString) -> Login:
    """Make a user; those of the Community edition may do everything, or nothing."""
    made = replace(server.login, user=name, password="first-password")
    store = Neo4jStore(url(server.login))
    statement = f"CREATE OR REPLACE USER $name SET PASSWORD $password {change}"
    store._client.write(statement, name=name, password=made.password)
    store.close()
    return made


def test_a_read_only_database_can_be_read(
    neo4j_alone: Neo4jServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = url(neo4j_alone.login)
    store = Neo4jStore(target)
    store.apply("a", lambda _: Changes(nodes=(entity("x"),)))
    store.close()
    restart(neo4j_alone, monkeypatch, "server.databases.read_only=neo4j")
    try:
        store = Neo4jStore(target)
        assert store.get("a", ["x"]) == [entity("x")]
        with pytest.raises(StoreReadOnly, match="cannot be written"):
            store.apply("a", lambda _: Changes(nodes=(entity("y"),)))
        with pytest.raises(StoreReadOnly, match="cannot be written"):
            store.write_meta("k", "v")
        store.close()
    finally:
        restart(neo4j_alone, monkeypatch)


def test_a_certificate_is_trusted_only_where_that_is_said(
    neo4j_alone: Neo4jServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for folder in (mine, other):
        make_certificate(folder)
    login, ca = neo4j_alone.login, f"?ca={mine / 'public.crt'}"
    # Plain connections go on beside those with TLS, so the server may stay like that.
    restart(neo4j_alone, monkeypatch, *TLS, f"{POLICY}.base_directory={mine}")
    for scheme in ("bolt", "neo4j"):
        strict = url(login, scheme=f"{scheme}+s")
        refused(strict, StoreUnavailable, rf"is not trusted \(self.signed.*{scheme}\+ssc://")
        refused(f"{strict}?ca={other / 'public.crt'}", StoreUnavailable, "is not trusted")
        for target in (url(login, scheme=f"{scheme}+ssc"), strict + ca):
            store = Neo4jStore(target)
            assert store._client.read("RETURN 1") == [[1]]
            store.close()


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "no PEM"])
def test_certificates_that_cannot_be_read_are_said(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    refused(f"bolt://u:p@127.0.0.1?ca={file}", InvalidInput, "ca=.*ca.pem cannot be read")


def test_a_password_that_has_to_be_changed_is_said(neo4j_alone: Neo4jServer) -> None:
    fresh = user_of(neo4j_alone, "fresh", "CHANGE REQUIRED")
    refused(url(fresh), StoreDenied, "password of 'fresh' .* has to be changed")


def test_too_many_wrong_passwords_are_said(neo4j_alone: Neo4jServer) -> None:
    hasty = user_of(neo4j_alone, "hasty", "CHANGE NOT REQUIRED")
    Neo4jStore(url(hasty)).close()
    wrong = url(replace(hasty, password=SECRET))
    for _ in range(3):
        refused(wrong, StoreDenied, "refuses the login of 'hasty'")
    refused(wrong, StoreDenied, "every login of 'hasty' for a while.*wait")


def test_the_doctor_prints_no_password(
    neo4j: Login, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from graphmem.cli import main

    url = neo4j.uri.replace("://", f"://{neo4j.user}:{neo4j.password}@")
    monkeypatch.setattr("sys.argv", ["graphmem", "doctor", "--store", url])
    with pytest.raises(SystemExit):
        main()
    printed = capsys.readouterr()
    assert "store: bolt://127.0.0.1" in printed.out
    # A server does not say how much room it takes, which is not none.
    assert " MB" not in printed.out.partition("store: ")[2].partition("\n")[0]
    assert neo4j.password not in printed.out + printed.err
