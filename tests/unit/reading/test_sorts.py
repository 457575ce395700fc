"""Of which sort a thing is, as far as vectors tell."""

from __future__ import annotations

import pytest

from graphmem.models.minilm import MiniLMEncoder
from graphmem.reading.sorts import is_one, is_sort


@pytest.fixture(scope="module")
def encoder() -> MiniLMEncoder:
    return MiniLMEncoder(threads=1)


def test_a_sort_is_known_by_its_names_in_either_number() -> None:
    assert is_sort("instrument")
    assert is_sort("Hobbies")
    assert is_sort("dog breeds")
    assert not is_sort("guitar")
    assert not is_sort("")


@pytest.mark.parametrize(
    ("sort", "thing"),
    [
        ("instrument", "cello"),
        ("breed", "beagle"),
        ("car", "Fiat Panda"),
        ("fruits", "mango"),
        ("language", "Portuguese"),
        ("sport", "tennis"),
        ("medication", "sertraline"),
    ],
)
def test_a_thing_is_of_its_sort(encoder: MiniLMEncoder, sort: str, thing: str) -> None:
    assert is_one(sort, [thing], encoder)
    assert is_one(sort, ["wardrobe", thing], encoder)


@pytest.mark.parametrize(
    ("sort", "thing"),
    [
        ("instrument", "tennis"),
        ("car", "cat"),
        ("wine", "green tea"),
        ("colour", "beagle"),
        ("phone", "Linux"),
        ("city", "Norway"),
    ],
)
def test_a_thing_is_of_no_other_sort(encoder: MiniLMEncoder, sort: str, thing: str) -> None:
    assert not is_one(sort, [thing], encoder)


def test_nothing_is_of_no_sort(encoder: MiniLMEncoder) -> None:
    assert not is_one("car", [], encoder)
