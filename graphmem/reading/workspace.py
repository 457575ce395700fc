"""Working memory of one question: points that grow from rounds of looking and thinking.

After HGMem (2025, arXiv 2512.23959): local investigation around the points, global exploration
away from them, insert, update, merge. Here points rest on passages, are what they say and not
their set of members, and are nobody's but the workspace's until they are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

from graphmem.core.overlap import overlapping
from graphmem.core.points import Point, merge_points
from graphmem.errors import InvalidInput, NotFound
from graphmem.reading.around import Ground, as_hits, look_around, look_away, naming
from graphmem.reading.points import Draft, MemberSpec, find_members, listed
from graphmem.reading.readout import read_out
from graphmem_schemas import MAX_BUDGET, MAX_K, Context, Hit, Passage, Recall, Receipt

__all__ = ["Workspace"]

MERGE_FROM = 0.5
# What is large says much already: merging more into it would blur it.
_MAX_MERGED = 6
_MIN_MEMBERS = 2
_MAX_CHARS = 8_000
_MAX_EVIDENCE = 10_000
# Reciprocal rank fusion (Cormack, Clarke, Buettcher 2009), steep: what the question finds first
# stays first. Of 16 settings the best on musique_hip100 that costs hotpotqa_hip100 nothing.
_STEEP = 5.0
_BY_POINTS, _BY_QUESTION, _BY_LOOKING = 0.2, 1.0, 0.5


class Workspace:
    """What matters for one question, while a `with` block lasts; for one thread.

    Nothing of it is stored before `keep`, and what is not kept is gone with the block.

    Args:
        question: in plain words.
        ground: what it stands on.
        rounds: how many rounds `work` does at most.

    Attributes:
        question: what it is about.
        notes: what an LLM said that could not be used, and which of its calls failed.
        drafted: uids of the facts, events and hyperedges that became points.
    """

    def __init__(self, question: str, ground: Ground, rounds: int) -> None:
        self.question, self.rounds = question, _within(rounds, "rounds", 100)
        self.notes: list[str] = []
        self.drafted: set[str] = set()
        self._ground = ground
        self._points: dict[str, Point] = {}
        self._seen: dict[str, Hit] = {}
        self._found: dict[str, Recall] = {}
        self._n_made = 0
        self._open = True

    @property
    def points(self) -> tuple[Point, ...]:
        """What is known, in the order in which it came."""
        return tuple(self._points.values())

    @property
    def seen(self) -> tuple[str, ...]:
        """Uids of the passages that were looked at, in the order in which they came."""
        return tuple(self._seen)

    # Looking

    def explore(self, query: str | None = None, *, k: int = 10) -> tuple[Hit, ...]:
        """Return passages away from the points, best first; all of the space while there are none.

        Args:
            query: what to look for; None is the question.
            k: how many, 1 to 1,000.
        """
        found = self._find(query)
        return self._saw(look_away(self._ground, found, self.points, _within(k, "k", MAX_K)))

    def local(self, query: str | None = None, *, k: int = 10) -> tuple[Hit, ...]:
        """Return passages around the points' members, best first; none while there are no points.

        Args:
            query: in whose light they are ordered; None is the question.
            k: how many, 1 to 1,000.
        """
        found = self._find(query)
        return self._saw(look_around(self._ground, found, self.points, _within(k, "k", MAX_K)))

    # Thinking

    def insert(
        self,
        text: str,
        members: Sequence[MemberSpec],
        *,
        kind: str = "relation",
        ordered: bool = False,
        evidence: Sequence[str] = (),
    ) -> Point:
        """Add a point.

        Args:
            text: the relation in words.
            members: uids of entities, events or facts, or names of entities; each alone or with
                its role.
            kind: of relation.
            ordered: whether their order means anything.
            evidence: uids of the passages that it rests on; none given, those that were seen here
                and that name the most of the members, two at least.

        Raises:
            InvalidInput: The text is blank or longer than 8,000 characters, there are more than
                500 members, a member or a passage is not in the space, or a role is unknown.
        """
        self._check_open()
        found = find_members(members, self._ground.reader, self._ground.space)
        rests = self._checked_evidence(evidence)
        rests = rests or naming({one.uid for one in found}, list(self._seen), self._ground)
        point = Point(self._next_id(), _said(kind), _said(text), found, ordered, rests)
        self._points[point.id] = point
        return point

    def adopt(self, draft: Draft) -> Point:
        """Add what the memory states itself as a point."""
        self._check_open()
        point = draft.point(self._next_id())
        self._points[point.id] = point
        self.drafted.add(draft.node)
        return point

    def update(
        self,
        point_id: str,
        *,
        text: str | None = None,
        members: Sequence[MemberSpec] | None = None,
        evidence: Sequence[str] | None = None,
    ) -> Point:
        """Change a point; what is not given stays.

        Raises:
            NotFound: There is no such point.
            InvalidInput: See `insert`.
        """
        point = replace(self._one(point_id), states=None)
        if text is not None:
            point = replace(point, text=_said(text))
        if members is not None:
            found = find_members(members, self._ground.reader, self._ground.space)
            point = replace(point, members=found)
        if evidence is not None:
            point = replace(point, evidence=self._checked_evidence(evidence))
        self._points[point_id] = point
        return point

    def merge(self, *point_ids: str, text: str | None = None) -> tuple[Point, ...]:
        """Make one point of several; without any named, of all that overlap.

        Points overlap that share half of their members. The new one has the members and evidence
        of all and knows what it was merged from.

        Args:
            point_ids: two or more; none for all that overlap.
            text: how the one reads; None joins what they said.

        Returns:
            The new points.

        Raises:
            NotFound: There is no such point.
            InvalidInput: Only one is named, or one twice.
        """
        self._check_open()
        if point_ids:
            points = self._all(point_ids)
            if len(points) != len(point_ids) or len(points) < _MIN_MEMBERS:
                raise InvalidInput(f"merging takes two points or more, not {list(point_ids)}")
            return (self._merged(points, text),)
        small = [point for point in self.points if len(point.parties) <= _MAX_MERGED]
        groups = overlapping([point.parties for point in small], MERGE_FROM)
        return tuple(self._merged([small[at] for at in group], None) for group in groups)

    def remove(self, *point_ids: str) -> None:
        """Drop points.

        Raises:
            NotFound: There is no such point; none was dropped.
        """
        for point in self._all(point_ids):
            self._points.pop(point.id, None)

    def work(self, rounds: int | None = None) -> int:
        """Look and think in rounds until nothing new comes, or there have been enough.

        By rules: facts and events that bear on the question become points, and points that
        overlap are merged. With an LLM one call a round does that, and the rules where it fails.

        Returns:
            The number of rounds that brought something.
        """
        from graphmem.reading.thinking import work

        self._check_open()
        given = self.rounds if rounds is None else rounds
        return work(self, self._ground, _within(given, "rounds", 100))

    # Ending

    def read(self, budget: int = 1_500) -> Context:
        """Return the points and the passages they rest on as a text with citations.

        It works first where nothing was looked for yet.

        Args:
            budget: tokens that the text may take, 1 to 1,000,000.
        """
        self._check_open()
        _within(budget, "budget", MAX_BUDGET)
        if not self._seen and not self._points:
            self.work()
        told = dict.fromkeys(uid for point in self.points for uid in point.evidence)
        ground = self._ground
        nodes = ground.reader.get(ground.space, [*told, *self._seen])
        passages = {node.uid: node for node in nodes if isinstance(node, Passage)}
        hits = self._ranked(
            [uid for uid in dict.fromkeys([*told, *self._seen]) if uid in passages]
        )
        found, count = self._find(None), ground.count_tokens
        return read_out(self.points, hits, passages, found, budget, count)

    def keep(self, *point_ids: str) -> Receipt:
        """Keep points as hyperedges of the memory: those that are named, else all that are news.

        A point that one fact or event of the memory states already is no news. Keeping the same
        again changes nothing. A point with one member, or without evidence, is left out and
        named in the receipt's `rejected`.

        Raises:
            NotFound: There is no such point.
            InvalidInput: A member is not in the space any more; nothing has changed.
            StoreError: It could not be stored; nothing has changed.
        """
        self._check_open()
        points = self._all(point_ids)
        points = points or [point for point in self.points if point.states is None]
        return self._ground.keep(points) if points else Receipt(seq=0)

    def close(self) -> None:
        """Drop everything that was not kept; closing twice is fine."""
        self._open = False
        for held in (self._points, self._seen, self._found):
            held.clear()

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Inside

    def _find(self, query: str | None) -> Recall:
        self._check_open()
        asked = self.question if query is None else _said(query)
        if asked not in self._found:
            self._found[asked] = self._ground.find(asked)
        return self._found[asked]

    def _saw(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        for hit in hits:
            known = self._seen.get(hit.uid)
            if known is None or hit.score > known.score:
                self._seen[hit.uid] = hit
        return tuple(hits)

    def _ranked(self, uids: Sequence[str]) -> list[Hit]:
        """Return passages as hits, best first: by the question, by looking, and by points."""
        by_points = list(dict.fromkeys(uid for point in self.points for uid in point.evidence))
        by_question = [hit.uid for hit in self._find(None).hits]
        by_looking = sorted(self._seen, key=lambda uid: (-self._seen[uid].score, uid))
        rankings = (
            (_BY_POINTS, by_points), (_BY_QUESTION, by_question), (_BY_LOOKING, by_looking),
        )  # fmt: skip
        scores = dict.fromkeys(uids, 0.0)
        for weight, ranking in rankings:
            for at, uid in enumerate(ranking, 1):
                if uid in scores:
                    scores[uid] += weight / (_STEEP + at)
        missing = [uid for uid in uids if uid not in self._seen]
        by_uid = {**self._seen, **{hit.uid: hit for hit in as_hits(missing, self._ground)}}
        order = sorted((uid for uid in uids if uid in by_uid), key=lambda u: (-scores[u], u))
        return [by_uid[uid].model_copy(update={"score": scores[uid]}) for uid in order]

    def _checked_evidence(self, evidence: Sequence[str]) -> tuple[str, ...]:
        given = listed(evidence, "evidence", _MAX_EVIDENCE)
        if not all(isinstance(uid, str) for uid in given):
            raise InvalidInput("evidence is named by uids of passages, which are texts")
        uids = list(dict.fromkeys(given))
        nodes = self._ground.reader.get(self._ground.space, uids) if uids else []
        for uid, node in zip(uids, nodes, strict=True):
            if not isinstance(node, Passage):
                raise InvalidInput(
                    f"there is no passage {str(uid)[:80]!r} in space {self._ground.space!r}: "
                    "evidence is named by uids of passages"
                )
        return tuple(uids)

    def _merged(self, points: Sequence[Point], text: str | None) -> Point:
        point = merge_points(self._next_id(), points, None if text is None else _said(text))
        for old in points:
            del self._points[old.id]
        self._points[point.id] = point
        return point

    def _one(self, point_id: str) -> Point:
        self._check_open()
        if not isinstance(point_id, str):
            raise InvalidInput(f"a point is named by its id, a text, not {str(point_id)[:40]!r}")
        point = self._points.get(point_id)
        if point is None:
            there = ", ".join(self._points) or "none"
            raise NotFound(f"there is no point {str(point_id)[:40]!r} here; there are: {there}")
        return point

    def _all(self, point_ids: Sequence[str]) -> list[Point]:
        """Return the points that are named, each once."""
        return list({point.id: point for point in map(self._one, point_ids)}.values())

    def _next_id(self) -> str:
        self._n_made += 1
        return f"p{self._n_made}"

    def _check_open(self) -> None:
        if not self._open:
            raise InvalidInput("this workspace is closed: open another one with workspace(…)")


def _said(text: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput("a text, a kind and a query must not be blank")
    if len(text) > _MAX_CHARS:
        raise InvalidInput(f"a text has {len(text):,} characters: give {_MAX_CHARS:,} at most")
    return " ".join(text.split())


def _within(value: int, name: str, highest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= highest:
        raise InvalidInput(f"{name} is {value!r}: give a whole number from 1 to {highest:,}")
    return value
