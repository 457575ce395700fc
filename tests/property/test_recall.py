"""Made-up episodes: what recall gives for a cue is the set that the episodes themselves say.

After the "get all", "get latest" and "chronological" cues of EpBench (Huet et al., 2025), with the
texts made here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.memory import Memory
from graphmem.testing.fakes import FixedClock

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS = (
    "January February March April May June July August September October November December"
).split()


class Episode(NamedTuple):
    person: str
    place: str
    year: int
    month: int
    day: int

    @property
    def date(self) -> str:
        return f"{self.year}-{self.month:02}-{self.day:02}"

    @property
    def text(self) -> str:
        said = f"{self.day} {MONTHS[self.month - 1]} {self.year}"
        return f"{self.person} visited {self.place} on {said}."


episodes = st.builds(
    Episode,
    st.sampled_from(["Anna Meyer", "Omar Haddad", "Lucy Brown"]),
    st.sampled_from(["Paris", "London", "Berlin"]),
    st.integers(2019, 2023),
    st.integers(1, 12),
    st.integers(1, 28),
)


@settings(max_examples=15)
@given(st.lists(episodes, min_size=1, max_size=8, unique=True))
def test_each_cue_recalls_just_its_episodes(told: list[Episode]) -> None:
    with Memory("memory://", clock=FixedClock(NOW)) as memory:
        memory.add([{"text": episode.text} for episode in told], source="made up")
        for person in {episode.person for episode in told}:
            own = sorted((e for e in told if e.person == person), key=lambda e: e[2:])
            found = memory.recall(entity=person, mode="chronological").hits
            assert [hit.when for hit in found] == [
                f"{e.year}-{e.month:02}-{e.day:02}" for e in own
            ]
            assert {hit.text for hit in found} == {e.text for e in own}
            assert {hit.text for hit in memory.recall(entity=person).hits} == {e.text for e in own}
            latest = {hit.text for hit in memory.recall(entity=person, mode="latest").hits}
            assert latest == {e.text for e in own if e[2:] == own[-1][2:]}
        for place, year in {(e.place, e.year) for e in told}:
            there = {hit.text for hit in memory.recall(place=place, time=str(year)).hits}
            assert there == {e.text for e in told if (e.place, e.year) == (place, year)}
        for year, month in {(e.year, e.month) for e in told}:
            then = {hit.text for hit in memory.recall(time=f"{year}-{month:02}").hits}
            assert then == {e.text for e in told if (e.year, e.month) == (year, month)}
