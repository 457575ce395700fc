"""Relations that a user defines, and what becomes of the facts that use them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import get_args

from graphmem.core.changes import Changes
from graphmem.core.registry import ENGLISH
from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput
from graphmem.ports import GraphReader, GraphStore
from graphmem.writing.checks import check_text
from graphmem.writing.laid import changes_of
from graphmem.writing.scopes import read_evidence, read_registry, read_scopes, relay
from graphmem_schemas import Predicate, Proposition, ValueType

__all__ = ["Definition", "define", "lay_out_anew", "relation", "undefine"]

_MAX_CHARS = 200
_MAX_WAYS = 1_000
_A_COMMIT = 500


def relation(text: object, what: str = "predicate") -> str:
    """Return a relation as facts have it: in lower case, with single blanks.

    Raises:
        InvalidInput: It is no string, blank, or longer than 200 characters.
    """
    return " ".join(check_text(text, what, _MAX_CHARS).casefold().split())


class Definition:
    """What a caller says of a relation; None says nothing and leaves what is known."""

    def __init__(
        self,
        predicate: object,
        functional: object,
        inverse: object,
        symmetric: object,
        synonyms: object,
        value_type: object,
    ) -> None:
        """Check what was given.

        Raises:
            InvalidInput: Something is not what it should be, or one way to say it is named twice.
        """
        self.name = " ".join(check_text(predicate, "predicate", _MAX_CHARS).split())
        self.key = relation(predicate)
        for what, said in (("functional", functional), ("symmetric", symmetric)):
            if said is not None and not isinstance(said, bool):
                raise InvalidInput(f"{what} is True or False, not {said!r:.60}")
        if value_type is not None and value_type not in get_args(ValueType):
            types = ", ".join(get_args(ValueType))
            raise InvalidInput(f"value_type is one of {types}, not {value_type!r:.60}")
        self.functional: bool | None = functional  # type: ignore[assignment]  # checked above
        self.symmetric: bool | None = symmetric  # type: ignore[assignment]  # checked above
        self.value_type: ValueType | None = value_type  # type: ignore[assignment]  # checked above
        self.inverse = _ways(inverse, "inverse")
        self.synonyms = _ways(synonyms, "synonyms")

    def predicate(self, known: Predicate | None, now: datetime) -> Predicate:
        """Return the node that says this and, where it says nothing, what is known.

        Raises:
            InvalidInput: One way to say it is named twice, or it is symmetric and a subject has
                one object of it at a time.
        """
        inverse, synonyms, functional = self.inverse, self.synonyms, self.functional
        if functional is None:
            functional = known.functional if known else ENGLISH.is_functional(self.key)
        if inverse is None:
            inverse = known.inverse if known else ()
        if synonyms is None:
            synonyms = known.synonyms if known else ()
        symmetric = self.symmetric
        if symmetric is None:
            symmetric = known.symmetric if known else False
        ways = [self.key, *synonyms, *inverse]
        twice = sorted({way for way in ways if ways.count(way) > 1})
        if twice:
            raise InvalidInput(
                f"{twice[0]!r} is named twice for {self.key!r}: a relation cannot be its own "
                "synonym or inverse (that is symmetric=True), nor can one be both"
            )
        if functional and symmetric:
            raise InvalidInput(
                f"{self.key!r} cannot be symmetric and hold one at a time: each fact has two "
                "subjects then; define it with functional=False"
            )
        return Predicate(
            uid=content_uid("predicate", self.key),
            recorded_at=known.recorded_at if known else now,
            name=known.name if known else self.name, key=self.key, functional=functional,
            inverse=inverse, symmetric=symmetric, synonyms=synonyms,
            value_type=self.value_type or (known.value_type if known else None),
        )  # fmt: skip


def _ways(given: object, what: str) -> tuple[str, ...] | None:
    if given is None:
        return None
    if isinstance(given, str):
        given = (given,)
    if not isinstance(given, Iterable):
        raise InvalidInput(f"{what} is a list of relations, not a {type(given).__name__}")
    ways = tuple(dict.fromkeys(relation(one, f"{what} {at}") for at, one in enumerate(given)))
    if len(ways) > _MAX_WAYS:
        raise InvalidInput(f"{what} has {len(ways):,} relations; at most {_MAX_WAYS:,} are taken")
    return ways


def define(store: GraphStore, space: str, definition: Definition, now: datetime) -> Predicate:
    """Keep a definition, and lay out anew the facts that it concerns.

    From the first commit on everybody writes by it; the facts that are stored follow, some
    hundred scopes a commit. Who was stopped defines the same again, which goes through all of
    them. Time: one pass over the facts of the space where anything changes.

    Raises:
        InvalidInput: It says otherwise than another definition; nothing has changed.
    """
    defined: list[Predicate] = []
    concerned: set[str] = set()

    def plan(reader: GraphReader) -> Changes:
        node, before = _agreed(definition, reader, space, now)
        defined[:] = [node]
        concerned.clear()
        concerned.update(_ways_of(node), *([_ways_of(before)] if before else []))
        return Changes(nodes=(node,))

    store.apply(space, plan)
    _follow(concerned, store, space)
    return defined[0]


def undefine(uid: str, store: GraphStore, space: str) -> int:
    """Let a relation mean what English says of it, and lay out anew the facts that it concerns.

    Its node says nothing any more and can be removed. Who was stopped undefines it again. Facts
    stay under the name that they were given by the definition. Time: as `define`.

    Args:
        uid: of a `Predicate`.
        store: holds it.
        space: the space.

    Returns:
        The number of the last commit; 0 where nothing differed.
    """
    concerned: set[str] = set()

    def plan(reader: GraphReader) -> Changes:
        (node,) = reader.get(space, [uid])
        concerned.clear()
        if not isinstance(node, Predicate):
            return Changes()
        concerned.update(_ways_of(node))
        says_nothing = {
            "functional": ENGLISH.is_functional(node.key), "inverse": (), "symmetric": False,
            "synonyms": (), "value_type": None,
        }  # fmt: skip
        return Changes(nodes=(node.model_copy(update=says_nothing),))

    seq = store.apply(space, plan).seq
    return max(seq, _follow(concerned, store, space))


def _follow(relations: Collection[str], store: GraphStore, space: str) -> int:
    """Lay out anew the facts of some relations; return the number of the last commit."""
    uids = [
        fact.uid
        for batch in store.changes(space, 0, labels=("Proposition",))
        for fact in batch.nodes
        if isinstance(fact, Proposition) and fact.predicate in relations
    ]
    # All of them are noted first: what is laid out anew comes in the feed again.
    commits = [
        store.apply(space, partial(lay_out_anew, part, space=space)).seq for part in _parts(uids)
    ]
    return max(commits, default=0)


def _ways_of(predicate: Predicate) -> set[str]:
    return {
        predicate.key, *predicate.synonyms, *predicate.inverse,
        *ENGLISH.family_of(predicate.key),
        *(way for one in predicate.synonyms for way in ENGLISH.family_of(one)),
    }  # fmt: skip


def _agreed(
    definition: Definition, reader: GraphReader, space: str, now: datetime
) -> tuple[Predicate, Predicate | None]:
    """Return the new definition and the one of before, if it agrees with all others."""
    ways = [definition.key, *(definition.synonyms or ()), *(definition.inverse or ())]
    found = reader.find(space, "Predicate", ways)
    uids = sorted({uid for group in found.values() for uid in group})
    known = [node for node in reader.get(space, uids) if isinstance(node, Predicate)]
    before = next((node for node in known if node.key == definition.key), None)
    for node in known:
        if node is not before:
            shared = next(way for way in ways if way in node.lookup_keys)
            raise InvalidInput(
                f"{shared!r} is a way to say {node.key!r} already: define {node.key!r}, or take "
                f"{shared!r} out of its synonyms and inverses first"
            )
    return definition.predicate(before, now), before


def _parts(uids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(uids)
    while part := list(islice(rest, _A_COMMIT)):
        yield part


def lay_out_anew(uids: Sequence[str], reader: GraphReader, space: str) -> Changes:
    """Lay the scopes of stored facts out as they are understood today."""
    registry = read_registry(reader, space)
    facts = [node for node in reader.get(space, uids) if isinstance(node, Proposition)]
    scopes = read_scopes([registry.content_of(fact) for fact in facts], reader, space, registry)
    for fact in facts:
        scopes[registry.scope_of(registry.content_of(fact))].facts[fact.uid] = fact
    read_evidence(list(scopes.values()), reader, space, frozenset())
    relaid = [relay(scope, {}) for scope in scopes.values()]
    return changes_of(relaid, registry, reader, space)
