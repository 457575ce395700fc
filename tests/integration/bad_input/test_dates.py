"""What is no date is refused, and any date from the first to the last is one."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem_schemas import Source
from tests.integration.bad_input.refusals import QUESTION, open_memory, refused

MOMENTS: list[Any] = [
    "2023-02-30", "2023-13-01", "2023-05-01T25:00", "0000-01-01", "10000-01-01", "yesterday", "",
    "2023", "1" * 5_000, "\x00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00",
    5, 1.5, math.nan, True, b"2023-05-01",
]  # fmt: skip


@pytest.mark.parametrize("at", MOMENTS, ids=lambda at: ascii(at)[:30])
def test_dates_that_are_none(memory: Memory, tmp_path: Path, at: Any) -> None:
    with refused(memory, tmp_path, InvalidInput, "^at .*ISO 8601"):
        memory.add("Eve lives in Kiel.", at=at)
    with refused(memory, tmp_path, InvalidInput, "^as_of .*ISO 8601"):
        memory.search(QUESTION, as_of=at)


@pytest.mark.parametrize(
    "at",
    [datetime(2023, 5, 1, 10), "2023-05-01T10:00", "2023-05-01 10:00", "2023-05-01T12:00+02:00"],
    ids=str,
)
def test_naive_dates_are_utc(tmp_path: Path, at: datetime | str) -> None:
    moment = datetime(2023, 5, 1, 10, tzinfo=UTC)
    with open_memory(tmp_path / "agent.db") as memory:
        memory.add("Ann lives in Rome.", source="a", at=at)
        memory.add([{"text": "Bo likes Ann.", "at": at}], source="b")
        hits = memory.search("Ann").hits
        assert [hit.at for hit in hits] == [moment, moment]
        uids = memory._store.find("default", "Source", ["a", "b"])
        sources = [memory.get(uid) for (uid,) in uids.values()]
        assert [one.at for one in sources if isinstance(one, Source)] == [moment, moment]


@pytest.mark.parametrize("at", [datetime.min, datetime.max], ids=str)
def test_the_first_and_the_last_date_are_dates(tmp_path: Path, at: datetime) -> None:
    with open_memory(tmp_path / "agent.db") as memory:
        memory.add("Ann lives in Rome. Ann moved to Oslo.", at=at)
        assert memory.search(QUESTION, as_of=at).hits
        memory.export(tmp_path / "out.jsonl")
