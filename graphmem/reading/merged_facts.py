"""Facts about entities that were merged, as the timelines of all of them together have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphmem.ports import GraphReader
from graphmem.reading.current import facts_about
from graphmem.reading.lookup import merged
from graphmem_schemas import Node, Proposition

__all__ = ["as_merged"]

_Said = tuple[str, str | None, str | None, bool]


def as_merged(nodes: Sequence[Node], reader: GraphReader, space: str) -> list[Node]:
    """Return the nodes, facts about merged entities as they are where these are one.

    One read where nothing was merged; where something was, as `facts_about` for each relation of
    each entity that was. Of facts that say the same, each becomes the first of them.

    Args:
        nodes: any; only facts change.
        reader: the store.
        space: the space.
    """
    facts = [node for node in nodes if isinstance(node, Proposition)]
    if not facts:
        return list(nodes)
    ends = {fact.subject for fact in facts} | {fact.object for fact in facts if fact.object}
    same = merged(sorted(ends), reader, space)
    one = {uid: same.root(uid) for uid in ends}
    laid: dict[tuple[str, str], dict[str, Proposition]] = {}
    for fact in facts:
        group = same.group(fact.subject)
        key = (one[fact.subject], fact.predicate)
        if len(group) > 1 and key not in laid:
            about = facts_about(group, fact.predicate, reader, space)
            laid[key] = {found.uid: found for found in about}
    return [
        _laid_out(node, laid.get((one[node.subject], node.predicate), {}), one)
        if isinstance(node, Proposition)
        else node
        for node in nodes
    ]


def _laid_out(
    fact: Proposition, laid: Mapping[str, Proposition], one: Mapping[str, str]
) -> Proposition:
    """Return a fact as it was laid out, or the one that says the same since they are one."""
    if fact.uid in laid:
        return laid[fact.uid]
    said = _said(fact, one)
    twins = sorted(uid for uid, other in laid.items() if _said(other, one) == said)
    return laid[twins[0]] if twins else fact


def _said(fact: Proposition, one: Mapping[str, str]) -> _Said:
    end = None if fact.object is None else one.get(fact.object, fact.object)
    return fact.predicate, end, fact.value, fact.negated
