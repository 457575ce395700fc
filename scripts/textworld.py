"""What a memory of facts knows of a player's pockets: textworld_cook, step by step.

    python scripts/textworld.py DIR

DIR holds cook.jsonl.gz, cook_hard.jsonl.gz, cook_hardest.jsonl.gz: attempts at a game, each step
with triples that a model read from the game's words ("new_triplets") and what the game itself says
the player carries ("inventory"). The triples go in one step at a time; after each, the memory is
asked what is in the inventory. Nothing but relations is told about the game: an item is in one
place, and there are many ways to say so. The model's own list of what is outdated is not used.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from graphmem import Memory
from graphmem.testing.fakes import FakeEmbedder

GAMES = {"cook": 95.0, "cook_hard": 95.0, "cook_hardest": 93.0}
SYNONYMS = ("is in", "is on", "in", "on", "is at", "located in", "is located in", "is inside",
            "are in", "are on", "is located on", "lies on")  # fmt: skip
INVERSES = ("contains", "contain", "has on it", "has in it", "holds", "has")
START = datetime(2024, 1, 1, tzinfo=UTC)

_ARTICLE = re.compile(r"^(?:an?|the|some|my)\s+")
# Players call a diced potato a potato: both sides are judged without what was done to a thing.
_STATE = re.compile(
    r"^(?:raw|fried|grilled|roasted|diced|sliced|chopped|burned|cooked|block of|fresh)\s+"
)
_SELF = frozenset(("player", "you", "i"))
_NOTHING = frozenset(("nothing", "empty"))


@dataclass(slots=True)
class Score:
    """Steps, those with the right inventory, and facts with those whose history is whole."""

    n_steps: int = 0
    n_right: int = 0
    n_facts: int = 0
    n_whole: int = 0


def main(folder: Path) -> int:
    """Print the shares; return 1 where one is below what it should be."""
    missed = False
    print(f"{'':<14}{'steps':>6}  {'inventory right':>15}  {'wanted':>6}  histories whole")
    for game, wanted in GAMES.items():
        score = Score()
        with gzip.open(folder / f"{game}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        for attempt, steps in groupby(rows, key=lambda row: row["attempt"]):
            play(f"{game} {attempt}", list(steps), score)
        share = 100 * score.n_right / score.n_steps
        missed |= share < wanted
        print(f"{game:<14}{score.n_steps:>6}  {share:>14.1f}%  {wanted:>5.0f}%  "
              f"{score.n_whole:,} of {score.n_facts:,} facts")  # fmt: skip
    return int(missed)


def play(name: str, steps: list[dict[str, Any]], score: Score) -> None:
    """Remember one attempt in a space of its own, and ask after each step."""
    with Memory("memory://", space=name, embedder=FakeEmbedder()) as memory:
        memory.define("be in", functional=True, synonyms=SYNONYMS, inverse=INVERSES)
        for number, step in enumerate(steps):
            at = START + timedelta(seconds=number)
            told = list(triples(step["new_triplets"] or ()))
            key = f"step {number}"
            memory.add_extracted(
                [{"id": key, "text": step["observation"] or key, "session": name, "at": at}],
                [{"id": key, "triples": told}],
            )
            if step["inventory"] is None:
                continue
            score.n_steps += 1
            score.n_right += carried(memory, at) == truth(step["inventory"])
        check_histories(memory, score)


def triples(told: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what is said of places; whoever plays is where the things that they have are."""
    for text in told:
        parts = [part.strip().casefold() for part in str(text).split(",")]
        if len(parts) < 3:
            continue
        subject, relation, obj = parts[0], parts[1], ", ".join(parts[2:])
        if relation in INVERSES and obj not in _NOTHING:
            yield ("inventory" if subject in _SELF else subject), relation, obj
        elif relation in SYNONYMS:
            in_hand = "inventory" in obj or obj in _SELF
            yield subject, relation, "inventory" if in_hand else obj


def carried(memory: Memory, at: datetime) -> set[str]:
    """Return what the memory has in the inventory."""
    try:
        facts = memory.current("inventory", "contains", as_of=at)
    except LookupError:  # nobody has spoken of an inventory yet
        return set()
    return {plain(memory.get(fact.subject).name) for fact in facts}  # type: ignore[attr-defined]


def truth(inventory: str) -> set[str]:
    """Return what the game says is carried."""
    said = re.sub(r"^You are carrying:?", "", inventory.strip())
    if "nothing" in said:
        return set()
    items = re.sub(r",? and ", ", ", said.strip().rstrip(".")).split(",")
    return {plain(item) for item in items if item.strip()}


def plain(item: str) -> str:
    """Return an item's name without article and state."""
    name = _ARTICLE.sub("", item.strip().casefold())
    while _STATE.match(name):
        name = _STATE.sub("", name)
    return name


def check_histories(memory: Memory, score: Score) -> None:
    """Count the facts from each of which all that was said of the item's place can be read."""
    items = {f["subject"] for _, f in memory.graph().nodes(data=True) if "subject" in f}
    for item in items:
        places = {change.node.uid for change in memory.history(entity=item, predicate="be in")}
        score.n_facts += len(places)
        score.n_whole += sum(
            {change.node.uid for change in memory.history(uid)} == places for uid in places
        )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} DIR")
    sys.exit(main(Path(sys.argv[1])))
