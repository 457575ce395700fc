"""Sorts of things that people ask for, and which of them a thing is of: "cello", "instrument"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphmem.ports import Embedder, Float32

__all__ = ["is_one", "is_sort"]

# Each line is one sort, by its names.
_SORTS = tuple(
    tuple(line.split(", "))
    for line in """
airline
allergy, allergen
app
band
bank
beer
bike, bicycle
bird
book, novel
brand
car, vehicle
cheese
city
colour, color
company
country
cuisine
dance
database
dessert
diet
disease, illness
drink, beverage
editor
film, movie
fish
flower
food, dish, meal
fruit
game, board game, video game
gym
hobby
hotel
instrument, musical instrument
insurance
island
job, profession, occupation
language, foreign language
laptop, computer
medication, medicine, painkiller, drug
museum
musical
operating system
pet, animal, breed, dog breed, cat breed
phone
plant
poem, poet
programming language
religion
restaurant
school
series, tv show
singer, musician
software, tool
song
sport
street
subject
supermarket
team, football team
tree
university
vegetable
wine
""".strip().splitlines()
)
# Of each encoder by its name, once it has been asked: the names of all sorts.
_VECTORS: dict[str, Float32] = {}
_PLACE = {name: place for place, names in enumerate(_SORTS) for name in names}
# A thing may be nearer to another sort by a little, and is near to its own at all: of 76 things 56
# are taken for what they are, and 3 of 34 for what they are not (scripts/measure_sorts.py).
_BESIDE, _LEAST = 0.06, 0.22


def is_sort(words: str) -> bool:
    """Whether words name a sort of things, also in the plural."""
    return _singular(words) in _PLACE


def is_one(sort: str, things: Sequence[str], embedder: Embedder) -> bool:
    """Whether one of some things is of a sort, as far as vectors tell. O(things · sorts).

    Args:
        sort: one for which `is_sort` holds.
        things: what they are called; none is no such thing.
        embedder: of the space; at its first question it embeds the names of all sorts.
    """
    if not things:
        return False
    names = _VECTORS.get(embedder.name)
    if names is None:
        names = _VECTORS[embedder.name] = embedder.embed(list(_PLACE))
    near = embedder.embed(list(things)) @ names.T
    by_sort = np.full((len(things), len(_SORTS)), -1.0, np.float32)
    for column, place in enumerate(_PLACE.values()):
        by_sort[:, place] = np.maximum(by_sort[:, place], near[:, column])
    own, best = by_sort[:, _PLACE[_singular(sort)]], by_sort.max(axis=1)
    return bool(((own >= _LEAST) & (own >= best - _BESIDE)).any())


def _singular(words: str) -> str:
    low = words.casefold().strip()
    if low in _PLACE or not low.endswith("s"):
        return low
    return f"{low[:-3]}y" if low.endswith("ies") else low[:-1]
