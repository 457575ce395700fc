"""Which candidates of a mixed memory are looked at among their own, and what changes by it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest

from graphmem.core.lexical import Feature, PassageKind
from graphmem.ports import Float32, TextMatch
from graphmem.reading.evidence import Evidence
from graphmem.reading.parts import within_parts

KINDS = [
    PassageKind.SECTION, PassageKind.SECTION, PassageKind.PERSON_TURN, PassageKind.NOTE,
    PassageKind.SECTION, PassageKind.ROLE_TURN,
]  # fmt: skip
GROUPS = [0, 0, 1, 2, 3, 4]
LIKELY, UNLIKELY = np.log(0.5), np.log(0.001)


class Match:
    """Tells of each row twice its number, and remembers of which it was asked to tell."""

    def __init__(self, too_long: int = -1) -> None:
        self.asked: list[list[int]] = []
        self._too_long = too_long

    def describe_part(self, rows: npt.NDArray[np.int64]) -> Float32 | None:
        self.asked.append(rows.tolist())
        if self._too_long in rows:
            return None
        return np.repeat(rows[:, None] * 2.0, len(Feature), axis=1).astype(np.float32)


def evidence(groups: list[int]) -> Evidence:
    words = np.ones((len(KINDS), len(Feature)), np.float32)
    words[:, Feature.KIND] = KINDS
    none = np.zeros(len(KINDS), np.float32)
    pool = cast(Any, SimpleNamespace(rows=np.arange(len(KINDS))))
    return Evidence(
        pool=pool, words=words, cosines=none[:, None], feedback=none, around=none[:, None],
        windows=none[:, None], session_cosines=none, collections=np.array(groups), visits=none,
        asks_assistant=False,
    )  # fmt: skip


def chances(*unlikely: int) -> Float32:
    told = [UNLIKELY if at in unlikely else LIKELY for at in range(len(KINDS))]
    return np.array(told, np.float32)


def test_sections_and_turns_of_what_is_likely_are_told_among_their_own() -> None:
    match, given = Match(), evidence(GROUPS)
    found = within_parts(given, chances(4), cast(TextMatch, match))
    assert sorted(match.asked) == [[0, 1], [2]]
    assert found.words[1, Feature.PASSAGE] == 2.0
    assert found.words[2, Feature.PASSAGE] == 4.0
    assert np.array_equal(found.words[3:], given.words[3:])
    assert given.words[1, Feature.PASSAGE] == 1.0


def test_what_a_title_says_of_the_whole_document_stays() -> None:
    found = within_parts(evidence(GROUPS), chances(), cast(TextMatch, Match()))
    assert found.words[1, Feature.TITLE_SHARE] == found.words[1, Feature.TITLE_EXACT] == 1.0


def test_what_is_too_long_stays_as_it_is() -> None:
    match, given = Match(too_long=1), evidence(GROUPS)
    found = within_parts(given, chances(2, 4), cast(TextMatch, match))
    assert match.asked == [[0, 1]]
    assert np.array_equal(found.words, given.words)


@pytest.mark.parametrize(
    ("groups", "unlikely"), [([0] * len(KINDS), ()), (GROUPS, (0, 1, 2, 4))], ids=["one", "none"]
)
def test_one_collection_and_unlikely_ones_cost_nothing(
    groups: list[int], unlikely: tuple[int, ...]
) -> None:
    match, given = Match(), evidence(groups)
    assert within_parts(given, chances(*unlikely), cast(TextMatch, match)) is given
    assert match.asked == []
