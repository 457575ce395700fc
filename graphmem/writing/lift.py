"""A stage of `consolidate`: what at least three sources tell of somebody becomes a fact.

Facts are read from single sentences as they are added; a sentence that no rule reads tells of an
event and no more. Told again and again, it is worth a fact: "do again" with the words of the
event, resting on every passage that tells it. It falls when fewer than three sources are left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from graphmem.core.changes import Changes
from graphmem.core.contents import Content
from graphmem.core.names import normalise_name
from graphmem.core.support import LIFTED, LIFTED_FROM
from graphmem.ports import GraphReader
from graphmem.writing.carry import carry
from graphmem.writing.drafting import Draft
from graphmem.writing.reconcile import Statement, reconcile
from graphmem.writing.scopes import read_registry
from graphmem.writing.site import Site, parts
from graphmem.writing.state_facts import state_facts
from graphmem_schemas import Entity, Event, Node, Passage, Proposition, Source

__all__ = ["lift_repeated"]

_CONFIDENCE = 0.8
_AGENTS = 100
_MIN_WORDS = 4

_Told = dict[tuple[str, str], list[str]]


@dataclass(frozen=True, slots=True)
class _Telling:
    """One event that tells it, with all that a statement needs."""

    event: Event
    passage: Passage
    trust: float


def lift_repeated(site: Site) -> None:
    """Lift what the agents of new events are told of; reads each such agent's events once."""
    agents: dict[str, None] = {}
    for part in parts(site.new(Event.label)):
        edges = site.store.neighbours(site.space, part, ["ARGUMENT"])
        mine = set(part)
        agents.update((e.end, None) for e in edges if e.start in mine and _acts(e.role))
    for some in parts(sorted(agents), _AGENTS):
        for told in parts(list(_repeated(some, site).items()), _AGENTS):
            made: list[str] = []
            if site.apply(partial(_lift, dict(told), site, made)):
                site.lifted += made


def _acts(role: str | None) -> bool:
    return "agent" in (role or "").split()


def _repeated(agents: Sequence[str], site: Site) -> _Told:
    """Return the events of agents by who acts and what words tell it, where there are enough."""
    acting = [
        edge for edge in site.store.neighbours(site.space, agents, ["ARGUMENT"])
        if edge.end in set(agents) and _acts(edge.role)
    ]  # fmt: skip
    told: _Told = {}
    words = _words({edge.start for edge in acting}, site.store, site.space)
    for edge in acting:
        if edge.start in words:
            told.setdefault((edge.end, words[edge.start]), []).append(edge.start)
    return {key: uids for key, uids in sorted(told.items()) if len(uids) >= LIFTED_FROM}


def _words(events: Iterable[str], reader: GraphReader, space: str) -> dict[str, str]:
    found = [node for node in reader.get(space, sorted(events)) if isinstance(node, Event)]
    nodes = [node for node in found if not node.text.rstrip().endswith("?")]
    folded = {node.uid: normalise_name(node.text) for node in nodes}
    return {uid: text for uid, text in folded.items() if len(text.split()) >= _MIN_WORDS}


def _lift(told: _Told, site: Site, made: list[str], reader: GraphReader) -> Changes:
    """Plan facts of what is told; what was lifted before gains those who tell it now."""
    tellings = _tellings({uid for uids in told.values() for uid in uids}, reader, site.space)
    names = {
        n.uid: n.key for n in reader.get(site.space, sorted({agent for agent, _ in told}))
        if isinstance(n, Entity)
    }  # fmt: skip
    statements: list[Statement] = []
    for (agent, words), uids in told.items():
        found = [tellings[uid] for uid in uids if uid in tellings]
        # "Let Ann know" and "How has Ann been" tell nothing of what Ann does.
        if not words.startswith(f"{names.get(agent)} "):
            continue
        if len({t.passage.source for t in found}) >= LIFTED_FROM:
            statements += _statements(agent, words.removeprefix(names[agent]).strip(), found)
    registry = read_registry(reader, site.space)
    facts = reconcile(statements, reader, site.space, site.now, registry)
    made[:] = [uid for uid in facts.added if uid in set(facts.uids)]
    draft = Draft(site.space, site.now)
    state_facts(statements, facts, draft)
    carried = carry(facts.remove_nodes, draft.nodes, reader, site.space, says=registry.content_of)
    nodes: dict[str, Node] = draft.nodes | {node.uid: node for node in carried.nodes}
    return Changes(
        nodes=tuple(nodes.values()), edges=(*draft.edges.values(), *carried.edges),
        remove_nodes=tuple(facts.remove_nodes), remove_sources=tuple(facts.remove_links),
    )  # fmt: skip


def _tellings(uids: Iterable[str], reader: GraphReader, space: str) -> Mapping[str, _Telling]:
    """Return the events that no fact was read from, with their passages; four reads."""
    events = [node for node in reader.get(space, sorted(uids)) if isinstance(node, Event)]
    wanted = sorted({event.passage for event in events})
    passages = {n.uid: n for n in reader.get(space, wanted) if isinstance(n, Passage)}
    owners = sorted({passage.source for passage in passages.values()})
    trust = {n.uid: n.trust for n in reader.get(space, owners) if isinstance(n, Source)}
    stated: dict[str, list[tuple[int, int]]] = {}
    edges = reader.neighbours(space, wanted, ["EVIDENCED_BY"]) if wanted else []
    facts = _stated({edge.start for edge in edges}, reader, space)
    for edge in edges:
        if edge.span and edge.start in facts:
            stated.setdefault(edge.end, []).append(edge.span)
    return {
        event.uid: _Telling(event, passages[event.passage], trust[passages[event.passage].source])
        for event in events
        if event.passage in passages
        and passages[event.passage].source in trust
        and not any(a < event.end and event.start < b for a, b in stated.get(event.passage, ()))
    }


def _stated(uids: Iterable[str], reader: GraphReader, space: str) -> set[str]:
    """Return which nodes are facts that were read from a sentence."""
    nodes = reader.get(space, sorted(uids))
    return {n.uid for n in nodes if isinstance(n, Proposition) and n.predicate != LIFTED}


def _statements(agent: str, words: str, tellings: Sequence[_Telling]) -> list[Statement]:
    ordered = sorted(tellings, key=lambda t: t.event.uid)
    return [
        Statement(
            text=ordered[0].event.text, content=Content(agent, LIFTED, None, words, negated=False),
            confidence=_CONFIDENCE, source=told.passage.source, passage=told.passage.uid,
            span=(told.event.start, told.event.end), stated_at=told.passage.at,
            position=told.passage.position, trust=told.trust,
        )
        for told in ordered
    ]  # fmt: skip
