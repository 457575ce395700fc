"""A stage of `consolidate` with an LLM: pairs of names that rules leave open, twenty a call.

Asked are names that are near each other and were not merged: a short form and the only name that
holds it, and of what is new each other's nearest by meaning. Kinds must agree, and so must digits;
what somebody has set apart is not asked again. A merge is an edge, as every other, and undone so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import numpy as np
from pydantic import BaseModel, ConfigDict

from graphmem.core.chat import ChatMessage, ask
from graphmem.core.same import same_as
from graphmem.errors import CompletionFailed
from graphmem.ports import LLM
from graphmem.prompts.texts import read_prompt
from graphmem.writing.doubles import agree, join_pairs, same_digits
from graphmem.writing.merge import are_apart
from graphmem.writing.site import Site, parts
from graphmem_schemas import Entity, JudgedPair, Passage

__all__ = ["MAX_PAIRS", "PAIRS_A_CALL", "PROMPT", "ask_doubles"]

PROMPT = "same-v1"
PAIRS_A_CALL = 20
# Calls of one `consolidate`: it is upkeep, and no bill that nobody has seen coming.
MAX_PAIRS = 400
MIN_COSINE = 0.7
_N_USES, _WINDOW = 2, 120
_NO_NAMES = ("time", "quantity")
_MIN_CHARS, _MAX_CHARS = 2, 80

_Pair = tuple[str, str]


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    pair: int
    reason: str = ""
    same: bool


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    pairs: tuple[_Row, ...] = ()


def ask_doubles(llm: LLM, site: Site) -> None:
    """Ask about pairs among what is new, and merge those that are one.

    Where the LLM does not answer, the rest stays as it is, and a note says so.
    """
    left = MAX_PAIRS
    for part in parts(site.new(Entity.label)):
        known = [node for node in site.store.get(site.space, part) if isinstance(node, Entity)]
        pairs = _open_pairs([one for one in known if _has_name(one)], site)[:left]
        left -= len(pairs)
        for some in parts(pairs, PAIRS_A_CALL):
            try:
                judged = _judged(llm, some, site)
            except CompletionFailed as error:
                site.notes.append(f"names were not compared any further: {error}")
                return
            site.judged += judged
            _merge([(one.uid, one.into) for one in judged if one.same], site)


def _open_pairs(new: Sequence[Entity], site: Site) -> list[_Pair]:
    """Return pairs that may be one, the likelier ones first, each once."""
    found = dict.fromkeys((*_short_forms(new, site), *_near(new, site)))
    uids = sorted({uid for pair in found for uid in pair})
    same = same_as(uids, partial(site.store.neighbours, site.space, kinds=("SAME_AS",)))
    return [
        (one, into)
        for one, into in found
        if same.root(one) != same.root(into) and not are_apart(site.store, site.space, one, into)
    ]


def _short_forms(new: Sequence[Entity], site: Site) -> list[_Pair]:
    """Return pairs of a name and the only longer one that holds it."""
    uids = [one.uid for one in new]
    edges = site.store.neighbours(site.space, uids, ["SHORT_FOR"]) if uids else []
    shorts = sorted({edge.start for edge in edges})
    around = site.store.neighbours(site.space, shorts, ["SHORT_FOR"]) if shorts else []
    n_wholes = Counter(edge.start for edge in around)
    lone = sorted((e.start, e.end) for e in around if n_wholes[e.start] == 1)
    ends = sorted({uid for pair in lone for uid in pair})
    nodes = {n.uid: n for n in site.store.get(site.space, ends) if isinstance(n, Entity)}
    return [
        (one, into)
        for one, into in lone
        if one in nodes and into in nodes and _may_be_one(nodes[one], nodes[into])
    ]


def _near(new: Sequence[Entity], site: Site) -> list[_Pair]:
    """Return pairs of new names that are each other's nearest by meaning. O(n²) of 500."""
    if len(new) < 2:
        return []
    rows = site.embed([one.name for one in new])
    cosines = rows @ rows.T
    for at, one in enumerate(new):
        apart = [not _may_be_one(one, other) or _holds(one, other) for other in new]
        cosines[at, np.array(apart) | (np.arange(len(new)) == at)] = -1.0
    nearest = cosines.argmax(axis=1)
    best = cosines[np.arange(len(new)), nearest]
    order = sorted(range(len(new)), key=lambda at: (-float(best[at]), new[at].uid))
    pairs: dict[_Pair, None] = {}
    for at in order:
        other = int(nearest[at])
        if best[at] >= MIN_COSINE and int(nearest[other]) == at:
            late, early = sorted(
                (new[at], new[other]), key=lambda e: (e.recorded_at, e.uid), reverse=True
            )
            pairs[late.uid, early.uid] = None
    return list(pairs)


def _holds(one: Entity, other: Entity) -> bool:
    """Whether one name has all words of the other: a short form, which may be of several."""
    words, others = set(one.key.split()), set(other.key.split())
    return words <= others or others <= words


def _has_name(one: Entity) -> bool:
    return one.kind not in _NO_NAMES and _MIN_CHARS <= len(one.name) <= _MAX_CHARS


def _may_be_one(one: Entity, other: Entity) -> bool:
    return agree(one, other) and same_digits(one, other)


def _judged(llm: LLM, pairs: Sequence[_Pair], site: Site) -> list[JudgedPair]:
    """Return what the LLM says of each pair; of what it leaves out nothing."""
    said = ask(llm.complete, _messages(pairs, site), _Said).value
    rows: dict[int, _Row] = {}
    for row in said.pairs:
        rows.setdefault(row.pair, row)
    return [
        JudgedPair(uid=one, into=into, same=rows[n].same, reason=rows[n].reason)
        for n, (one, into) in enumerate(pairs, 1)
        if n in rows
    ]


def _messages(pairs: Sequence[_Pair], site: Site) -> list[ChatMessage]:
    uids = sorted({uid for pair in pairs for uid in pair})
    nodes = {n.uid: n for n in site.store.get(site.space, uids) if isinstance(n, Entity)}
    uses = _uses(nodes, site)
    lines: list[str] = []
    for n, pair in enumerate(pairs, 1):
        names = [nodes[uid] for uid in pair if uid in nodes]
        lines.append(f"[{n}] " + " and ".join(f'"{one.name}" ({one.kind})' for one in names))
        lines += [f"  {one.name}: {words}" for one in names for words in uses.get(one.uid, ())]
    return [
        ChatMessage("system", read_prompt(PROMPT)), ChatMessage("user", "\n".join(lines)),
    ]  # fmt: skip


def _uses(entities: Mapping[str, Entity], site: Site) -> dict[str, list[str]]:
    """Return words around some uses of each name."""
    mentions: dict[str, list[str]] = {}
    for edge in site.store.neighbours(site.space, sorted(entities), ["MENTIONS"]):
        if edge.end in entities:
            mentions.setdefault(edge.end, []).append(edge.start)
    told = {uid: sorted(found)[:_N_USES] for uid, found in mentions.items()}
    wanted = sorted({passage for found in told.values() for passage in found})
    texts = {n.uid: n.text for n in site.store.get(site.space, wanted) if isinstance(n, Passage)}
    return {
        uid: [_around(texts[one], entities[uid].name) for one in found if one in texts]
        for uid, found in told.items()
    }


def _around(text: str, name: str) -> str:
    at = max(0, text.casefold().find(name.casefold()))
    start = max(0, at - _WINDOW)
    words = " ".join(text[start : at + len(name) + _WINDOW].split())
    return f"…{words}…" if start else f"{words}…"


def _merge(pairs: Iterable[_Pair], site: Site) -> None:
    made: list[_Pair] = []
    wanted = list(pairs)
    if wanted and site.apply(partial(join_pairs, wanted, made, space=site.space)):
        site.merged += made
