from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import pytest

from graphmem.stores.registry import open_store
from graphmem_api.access import gate as gates
from graphmem_api.access.audit import Audit
from graphmem_api.access.caller import LOOPBACK, Caller, Denied
from graphmem_api.access.gate import Gate, is_loopback
from graphmem_api.access.keys import KeyFile
from graphmem_api.access.rates import Rates
from graphmem_api.problems import Problem
from graphmem_api.settings import Limits, Settings
from tests.unit.api.access.test_issuer import claims, issuer, signed

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys")


def gate_of(file: KeyFile, **given: Any) -> Gate:
    settings = Settings(keys=str(file.path), **given)
    return Gate(settings, open_store("memory://"))


async def asked(gate: Gate, token: str | None, times: int = 1) -> list[int | str]:
    found: list[int | str] = []
    for _ in range(times):
        try:
            found.append((await gate.caller(token and f"Bearer {token}", "10.0.0.1")).name)
        except Problem as problem:
            found.append(problem.status)
    return found


def test_a_token_is_hashed_slowly_once(file: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    token, _ = file.create("ann", ["read"], ["team"])
    hashed: list[str] = []
    is_same = gates.is_same
    monkeypatch.setattr(
        gates, "is_same", lambda secret, kept: hashed.append(secret) or is_same(secret, kept)
    )
    gate = gate_of(file)
    assert run(asked(gate, token, 50)) == ["ann"] * 50
    assert len(hashed) == 1
    # Nothing in memory is the token.
    assert token not in repr(vars(gate))


def test_without_keys_loopback_is_open_and_the_rest_closed(file: KeyFile) -> None:
    assert run(asked(gate_of(file), None)) == ["loopback"]
    assert run(asked(gate_of(file, host="0.0.0.0"), None)) == [401]
    file.create("ann", ["read"], None)
    file.revoke("ann")
    assert run(asked(gate_of(file), None)) == [401]


def test_nothing_that_happens_to_the_file_of_keys_opens_what_was_closed(
    file: KeyFile, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(keys=str(file.path))
    path = str(tmp_path / "a.db")
    with closing(open_store(path)) as store:
        gate = Gate(settings, store)
        assert run(asked(gate, None)) == ["loopback"]
        file.create("ann", ["read"], None)
        gate._ring._read.at = float("-inf")
        assert run(asked(gate, None)) == [401]
        file.path.unlink()
        gate._ring._read.at = float("-inf")
        assert run(asked(gate, None)) == [401]
    # Nor does a server that is started anew, or is told of another file by a slip.
    for elsewhere in (settings, Settings(keys=str(tmp_path / "none"))):
        with closing(open_store(path)) as store:
            assert run(asked(Gate(elsewhere, store), None)) == [401]
            assert "graphmem keys create" in caplog.text
    # An issuer closes as well.
    path = str(tmp_path / "b.db")
    for given in ({"jwt_issuer": "https://a.example", "jwt_audience": "a"}, {}):
        with closing(open_store(path)) as store:
            gate = Gate(Settings(keys=str(tmp_path / "none"), **given), store)  # type: ignore[arg-type]
            assert run(asked(gate, None)) == [401]


def test_the_reason_is_for_who_has_the_secret(file: KeyFile) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    expired, _ = file.create("old", ["read"], None, past)
    gate = gate_of(file)

    async def told(token: str) -> str:
        with pytest.raises(Problem) as raised:
            await gate.caller(f"Bearer {token}")
        return raised.value.detail

    assert "expired" in run(told(expired))
    assert run(told(expired[:-3] + "xyz")) == run(told("gmk_" + "0" * 12 + "_" + "s" * 43))


def test_wrong_keys_of_one_address_have_to_wait_and_known_ones_not(file: KeyFile) -> None:
    token, _ = file.create("ann", ["read"], None)
    gate = gate_of(file, limits=Limits(wrong_keys=3))

    async def all_of_it() -> list[int | str]:
        found = await asked(gate, token)
        found += await asked(gate, token[:-3] + "xyz", 4)
        return found + await asked(gate, token)

    assert run(all_of_it()) == ["ann", 401, 401, 401, 429, "ann"]


@pytest.mark.parametrize(
    ("peers", "n_tried"),
    [
        (["2001:db8::1", "2001:db8::2", "2001:db8::ffff:1:2:3"], 1),
        (["2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:2::1"], 3),
        (["::ffff:10.0.0.1", "::ffff:10.0.0.2", "10.0.0.3"], 3),
        (["fe80::1%eth0", "fe80::2%eth0", ""], 2),
    ],
)
def test_wrong_keys_are_counted_by_who_has_the_addresses(
    file: KeyFile, peers: list[str], n_tried: int
) -> None:
    token, _ = file.create("ann", ["read"], None)
    gate = gate_of(file, limits=Limits(wrong_keys=1))

    async def all_of_it() -> list[int]:
        found: list[int] = []
        for peer in peers:
            with pytest.raises(Problem) as raised:
                await gate.caller(f"Bearer {token[:-3]}xyz", peer)
            found.append(raised.value.status)
        return found

    assert run(all_of_it()).count(401) == n_tried


def test_wrong_keys_lock_out_nobody_who_comes_from_the_same_address(file: KeyFile) -> None:
    """Behind one proxy all have one address: keys that are there, and tokens, are let in."""
    ann, _ = file.create("ann", ["read"], None)
    bo, _ = file.create("bo", ["read"], None)
    gate = gate_of(file, limits=Limits(wrong_keys=3))
    gate._issuer = issuer()

    async def all_of_it() -> list[int | str]:
        for n in range(5):
            await asked(gate, f"gmk_{n:012x}_{'s' * 43}")
        found = await asked(gate, f"gmk_{9:012x}_{'s' * 43}")
        found += await asked(gate, bo[:-3] + "xyz", 5)
        await asked(gate, signed(claims(), kid="made-up"), 50)
        return [*found, *await asked(gate, ann), *await asked(gate, signed(claims()))]

    assert run(all_of_it()) == [429, 401, 401, 401, 429, 429, "ann", "jwt:ann"]


def test_many_calls_with_a_new_key_are_one_check(
    file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, _ = file.create("ann", ["read"], None)
    gate, hashed = gate_of(file), list[str]()
    is_same = gates.is_same
    monkeypatch.setattr(
        gates, "is_same", lambda secret, kept: hashed.append(secret) or is_same(secret, kept)
    )

    async def all_of_it() -> list[Caller]:
        return await asyncio.gather(*(gate.caller(f"Bearer {token}") for _ in range(200)))

    assert {caller.name for caller in run(all_of_it())} == {"ann"}
    assert run(asked(gate, "gmk_of_no_form")) == [401]
    assert run(asked(gate, "no token of anybody")) == [401]
    assert len(hashed) == 1
    # A key that was right and is revoked takes no more of them either.
    file.revoke("ann")
    gate._ring._read.at = float("-inf")
    assert run(asked(gate, token, 50)) == [401] * 50
    assert len(hashed) == 1


def test_who_had_the_secret_is_known_to_the_log(file: KeyFile) -> None:
    token, key = file.create("ann", ["read"], None)
    gate = gate_of(file, limits=Limits(per_minute=1))
    run(asked(gate, token))

    def turned_away(token: str) -> Problem:
        with pytest.raises(Problem) as raised:
            run(gate.caller(f"Bearer {token}"))
        return raised.value

    for status in (429, 401):
        denied = turned_away(token)
        assert isinstance(denied, Denied)
        assert (denied.status, denied.who.name, denied.who.key_id) == (status, "ann", key.id)
        file.revoke("ann") if status == 429 else None
        gate._ring._read.at = float("-inf")
    assert not isinstance(turned_away(token[:-3] + "xyz"), Denied)


def test_whoever_was_let_in_holds_until_he_would_not_be(file: KeyFile) -> None:
    gate = gate_of(file)
    assert gate.holds(run(gate.caller(None)))
    token, _ = file.create("ann", ["read"], None)
    gate._ring._read.at = float("-inf")
    assert not gate.holds(LOOPBACK)
    ann = run(gate.caller(f"Bearer {token}"))
    assert gate.holds(ann)
    file.revoke("ann")
    gate._ring._read.at = float("-inf")
    assert not gate.holds(ann)
    soon = Caller("jwt:bo", frozenset(), None, until=time.time() + 60)
    assert gate.holds(soon)
    assert not gate.holds(replace(soon, until=time.time() - 1))


def test_a_key_may_come_so_often(file: KeyFile) -> None:
    ann, _ = file.create("ann", ["read"], None)
    bo, _ = file.create("bo", ["read"], None)
    gate = gate_of(file, limits=Limits(per_minute=2))

    async def all_of_it() -> list[int | str]:
        return await asked(gate, ann, 3) + await asked(gate, bo)

    assert run(all_of_it()) == ["ann", "ann", 429, "bo"]

    async def waits() -> str:
        with pytest.raises(Problem) as raised:
            await gate.caller(f"Bearer {ann}")
        return raised.value.headers["Retry-After"]

    assert 1 <= int(run(waits())) <= 30


def test_two_keys_of_one_name_have_a_share_each(file: KeyFile) -> None:
    before, _ = file.create("ann", ["read"], None)
    gate = gate_of(file, limits=Limits(per_minute=1))

    async def all_of_it() -> list[int | str]:
        found = await asked(gate, before)
        file.revoke("ann")
        after, _ = file.create("ann", ["read"], None)
        while (came := await asked(gate, after)) == [401]:  # until the file is read again
            await asyncio.sleep(0.05)
        return found + came

    assert run(all_of_it()) == ["ann", "ann"]


def test_a_bucket_fills_evenly_and_says_how_long() -> None:
    now = 0.0
    rates = Rates(60, lambda: now)
    assert [rates.take("a") for _ in range(60)] == [0] * 60
    assert rates.take("a") == 1
    now = 1.0
    assert (rates.take("a"), rates.take("a")) == (0, 1)
    now = 1000.0
    assert sum(rates.take("a") == 0 for _ in range(100)) == 60
    slow = Rates(1, lambda: now)
    assert (slow.take("a"), slow.take("a"), slow.take("b")) == (0, 60, 0)
    assert all(Rates(0).take("a") == 0 for _ in range(1000))


def test_many_names_take_no_memory_without_end() -> None:
    rates = Rates(10, lambda: 0.0)
    for n in range(20_000):
        rates.take(str(n))
    assert len(rates._left) <= 10_000


@pytest.mark.parametrize(
    ("host", "home"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("localhost.evil", False),
     ("", False)],
)  # fmt: skip
def test_what_is_loopback(host: str, home: bool) -> None:
    assert is_loopback(host) == home


def test_what_a_caller_may() -> None:
    caller = Caller("ann", frozenset({"read"}), frozenset({"team"}))
    caller.require("read", "team")
    caller.require("read")
    # Accents are written in two ways, and are one space.
    Caller("cy", frozenset({"read"}), frozenset({"caf\u00e9"})).require("read", "cafe\u0301")
    denied: list[tuple[Any, ...]] = [("write", "team"), ("read", "other")]
    for asks in denied:
        with pytest.raises(Problem) as raised:
            caller.require(*asks)
        assert raised.value.status is HTTPStatus.FORBIDDEN
    with pytest.raises(Problem):
        caller.require_everywhere("read")
    Caller("bo", frozenset({"read"}), None).require_everywhere("read")


def test_the_audit_log_is_appended_and_a_flood_of_denials_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.audit"
    for _ in range(2):
        Audit(path).write({"key": "ann", "status": 202})
    audit = Audit(path)
    for _ in range(2_000):
        audit.write({"key": None, "status": 401}, denied=True)
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["key"] for line in lines[:2]] == ["ann", "ann"]
    assert 600 <= len(lines) < 700
    assert path.stat().st_mode & 0o777 == 0o600
    Audit(None).write({"key": "ann"})


def test_an_audit_log_that_cannot_be_written_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Audit(tmp_path / "no" / "folder").write({"key": "ann"})
    assert "cannot be written" in caplog.text
