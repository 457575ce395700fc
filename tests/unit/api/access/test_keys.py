from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from graphmem.errors import InvalidInput, NotAStore, NotFound, StoreBusy, StoreError
from graphmem_api.access import hashing
from graphmem_api.access.caller import Caller
from graphmem_api.access.keys import RESERVED, KeyFile
from graphmem_api.access.ring import KeyRing
from graphmem_api.app import create_app
from graphmem_api.settings import Settings


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "a.db.keys")


def test_a_key_is_kept_as_a_hash_that_nobody_else_can_read(file: KeyFile) -> None:
    token, key = file.create("ann", ["write"], ["cafe\u0301"])
    _, key_id, secret = token.split("_", 2)
    assert key_id == key.id
    assert secret.encode() not in file.path.read_bytes()
    assert hashing.is_same(secret, key.hashed)
    assert not hashing.is_same(secret + "x", key.hashed)
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.read() == [key]
    assert (key.scopes, key.spaces) == ({"read", "write"}, {"caf\u00e9"})


def test_the_salt_is_a_keys_own(file: KeyFile) -> None:
    first, second = hashing.hash_secret("same"), hashing.hash_secret("same")
    assert first != second
    assert first.digest != second.digest


def test_what_cannot_be_a_key_is_refused_and_nothing_is_made(file: KeyFile) -> None:
    for name, scopes, spaces in (
        ("", ["read"], None), ("a\nb", ["read"], None), ("x" * 101, ["read"], None),
        ("a", [], None), ("a", ["root"], None), ("a", ["read"], []), ("a", ["read"], [""]),
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            file.create(name, scopes, spaces)
    assert not file.path.exists()
    file.create("ann", ["read"], None)
    with pytest.raises(InvalidInput, match="named 'ann'"):
        file.create("ann", ["read"], None)


def test_no_key_is_for_a_space_that_no_path_can_name(file: KeyFile) -> None:
    """What follows /v1 in a path that is about no space is the name of none."""
    app = create_app(Settings(store="memory://"))
    paths = [str(route.path).split("/") for route in iter_route_contexts(app.routes)]
    fixed = {parts[2] for parts in paths if parts[1] == "v1"} - {"{space}"}
    assert fixed == RESERVED
    for name in fixed:
        with pytest.raises(InvalidInput, match="graphmem copy"):
            file.create("ann", ["read"], ["mine", name])
        for spaces in (None, frozenset({name})):
            with pytest.raises(InvalidInput, match="another path"):
                Caller("ann", frozenset({"read"}), spaces).require("read", name)
    assert not file.path.exists()


def test_a_revoked_key_stays_listed_and_its_name_can_be_given_again(file: KeyFile) -> None:
    _, first = file.create("ann", ["read"], None)
    assert file.revoke("ann").state(datetime.now(UTC)) == "revoked"
    with pytest.raises(NotFound, match="revoked already"):
        file.revoke("ann")
    with pytest.raises(NotFound, match="does not exist"):
        file.revoke("bo")
    _, second = file.create("ann", ["read"], None)
    assert file.revoke(second.id).id == second.id
    assert [key.id for key in file.read()] == [first.id, second.id]


def test_a_key_ends_at_its_time(file: KeyFile) -> None:
    now = datetime.now(UTC)
    _, key = file.create("ann", ["read"], None, now + timedelta(hours=1))
    assert key.state(now) == "valid"
    assert key.state(now + timedelta(hours=1)) == "expired"


def test_a_file_of_something_else_is_no_file_of_keys(file: KeyFile) -> None:
    file.path.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        file.read()
    file.path.unlink()
    with sqlite3.connect(file.path) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(NotAStore):
        file.read()


def test_a_ring_sees_what_others_did_to_the_file_and_looks_only_now_and_then(
    file: KeyFile,
) -> None:
    now = 0.0
    ring = KeyRing(file, lambda: now)
    assert ring.is_empty
    _, key = file.create("ann", ["read"], None)
    assert ring.get(key.id) is None  # not looked at again so soon
    now = 0.6
    assert ring.get(key.id) == key
    assert not ring.is_empty
    file.revoke("ann")
    now = 1.2
    revoked = ring.get(key.id)
    assert revoked is not None
    assert revoked.revoked_at is not None
    # A file that goes away opens nothing.
    file.path.unlink()
    now = 1.8
    assert ring.get(key.id) is None
    assert not ring.is_empty


def test_a_file_whose_first_key_is_being_made_is_read_and_not_written(file: KeyFile) -> None:
    file.path.touch()
    assert file.read() == []
    assert file.path.stat().st_size == 0
    _, key = file.create("ann", ["read"], None)
    assert file.read() == [key]


@contextmanager
def held(file: KeyFile) -> Iterator[None]:
    """Let nobody else read a file during a block."""
    with closing(sqlite3.connect(file.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


def test_while_others_hold_the_file_what_was_read_before_holds(file: KeyFile) -> None:
    """The ring is looked at by an event loop, which can wait for nobody, and not for ever."""
    now = 0.0
    ring = KeyRing(file, lambda: now)
    _, key = file.create("ann", ["read"], None)
    assert ring.get(key.id) == key
    file.revoke("ann")
    with held(file):
        now = 0.6
        assert ring.get(key.id) == key
        now = 10.5
        assert ring.get(key.id) == key
        now = 11.1
        with pytest.raises(StoreBusy, match="held by others"):
            ring.get(key.id)
    (revoked,) = file.read()
    assert ring.get(key.id) == revoked
    # The next time begins anew.
    file.create("bo", ["read"], None)
    with held(file):
        now = 30.0
        assert ring.get(key.id) == revoked


def test_a_file_that_was_never_read_is_not_taken_for_an_empty_one(
    file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = file.create("ann", ["read"], None)
    waits: list[float] = []

    def opened(*args: Any, timeout: float, **more: Any) -> sqlite3.Connection:
        waits.append(timeout)
        return connect(*args, timeout=0, **more)

    connect = sqlite3.connect
    ring = KeyRing(file)
    with held(file):
        monkeypatch.setattr(sqlite3, "connect", opened)
        with pytest.raises(StoreBusy):
            ring.get(key.id)
    assert waits == [10.0]
    assert ring.get(key.id) == key


def test_an_unknown_id_is_compared_like_a_known_one(
    file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One slow hash and one comparison either way, of as many bytes."""
    token, key = file.create("ann", ["read"], None)
    ring = KeyRing(file)
    calls: list[tuple[int, int]] = []

    def compare(a: bytes, b: bytes) -> bool:
        calls.append((len(a), len(b)))
        return a == b

    monkeypatch.setattr(hmac, "compare_digest", compare)
    for key_id in (key.id, "0" * 12):
        found, hashed = ring.find(key_id)
        assert (found is None) == (key_id != key.id)
        assert not hashing.is_same("wrong" * 5, hashed)
    assert calls == [(32, 32)] * 2
    assert ring.find("0" * 12)[1] is ring.find("1" * 12)[1]
    assert hashing.split_token(token) == (key.id, token.split("_", 2)[2])


@pytest.mark.parametrize(
    "token", ["", "gmk_", "gmk_zz_" + "a" * 43, "gmk_0123456789ab_short", "x" * 5000, "gmk_" * 9]
)
def test_what_has_not_the_form_of_a_token_is_none(token: str) -> None:
    assert hashing.split_token(token) is None
