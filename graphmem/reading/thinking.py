"""Rounds of a working memory: by rules, or with one call of an LLM each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from graphmem.core.chat import ask
from graphmem.errors import CompletionFailed, InvalidInput, NotFound
from graphmem.ports import LLM
from graphmem.reading.around import Ground
from graphmem.reading.points import drafts_from, names_of
from graphmem.reading.rounds import MergeRow, PointRow, Round, UpdateRow, messages
from graphmem.reading.workspace import Workspace
from graphmem_schemas import Hit

__all__ = ["work"]

Next = Literal["local", "explore", "stop"]

# Points that the rules add in one round: the best of what the passages state.
_N_NEW = 6
_REFUSED = (InvalidInput, NotFound)


def work(space: Workspace, ground: Ground, rounds: int) -> int:
    """Look and think until nothing new comes; return how many rounds brought something."""
    where: Next = "local" if space.points else "explore"
    query: str | None = None
    n_fruitful, tried = 0, set[str]()
    for _ in range(rounds):
        before = space.points
        hits = space.local(query) if where == "local" else space.explore(query)
        wanted, query = _think(space, ground, hits)
        tried = tried | {where} if space.points == before else set()
        n_fruitful += space.points != before
        if wanted == "stop" or len(tried) > 1:
            break
        # Where it was in vain, the other way may lead on.
        where = wanted if wanted not in tried else ("explore" if wanted == "local" else "local")
    return n_fruitful


def _think(space: Workspace, ground: Ground, hits: Sequence[Hit]) -> tuple[Next, str | None]:
    if ground.llm is not None:
        try:
            return _ask(space, ground, ground.llm, hits)
        except CompletionFailed as error:
            space.notes.append(f"a round went by rules: {error}")
    _by_rules(space, ground, hits)
    return "local", None


def _by_rules(space: Workspace, ground: Ground, hits: Sequence[Hit]) -> None:
    """Insert the best of what the passages state, and merge what overlaps."""
    members = frozenset(uid for point in space.points for uid in point.uids)
    # What an earlier round had no room for may bear on what has come since.
    passages = list(dict.fromkeys([*(hit.uid for hit in hits), *space.seen]))
    drafts = drafts_from(space.question, passages, members, ground)
    fresh = [draft for draft in drafts if draft.node not in space.drafted][:_N_NEW]
    for draft in fresh:
        space.adopt(draft)
    if fresh:
        space.merge()


def _ask(
    space: Workspace, ground: Ground, llm: LLM, hits: Sequence[Hit]
) -> tuple[Next, str | None]:
    uids = [member.uid for point in space.points for member in point.members]
    names = names_of(uids, ground.reader, ground.space)
    texts = [f"{hit.speaker}: {hit.text}" if hit.speaker else hit.text for hit in hits]
    answer = ask(llm.complete, messages(space.question, space.points, names, texts), Round)
    space.notes += [f"dropped: {why}" for why in answer.dropped]
    said = answer.value
    rows: tuple[PointRow | UpdateRow | MergeRow, ...] = (*said.insert, *said.update, *said.merge)
    for row in rows:
        try:
            _apply(row, space, hits)
        except _REFUSED as error:
            space.notes.append(f"dropped: {error}")
    return said.next, said.query.strip() or None


def _apply(row: PointRow | UpdateRow | MergeRow, space: Workspace, hits: Sequence[Hit]) -> None:
    if isinstance(row, MergeRow):
        points = {point.id: point.uids for point in space.points}
        first = points.get(row.points[0], frozenset())
        if any(first.isdisjoint(points.get(one, first)) for one in row.points[1:]):
            raise InvalidInput(f"points {', '.join(row.points)} have no member in common")
        space.merge(*row.points, text=row.text)
        return
    evidence = [hits[at - 1].uid for at in dict.fromkeys(row.passages) if 1 <= at <= len(hits)]
    if isinstance(row, PointRow):
        space.insert(row.text, row.members, kind=row.kind, evidence=evidence)
        return
    known = next((p.evidence for p in space.points if p.id == row.point), ())
    space.update(
        row.point,
        text=row.text,
        members=row.members or None,
        evidence=list(dict.fromkeys([*known, *evidence])) if evidence else None,
    )
