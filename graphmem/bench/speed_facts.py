"""What it costs to reconcile one new fact, and how that grows with the facts that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import thread_time

from graphmem.bench.timing import in_turns
from graphmem.core.changes import Changes
from graphmem.core.contents import Content
from graphmem.core.uids import content_uid
from graphmem.ports import GraphStore
from graphmem.stores.registry import open_store
from graphmem.writing.reconcile import Reconciled, Statement, reconcile
from graphmem.writing.resolve import entity_uid
from graphmem.writing.scopes import read_registry
from graphmem_schemas import Edge, EdgeKind, Entity, Node, Passage, Proposition, Source

__all__ = ["load_facts", "measure_facts", "new_facts"]

Figures = dict[str, float | None]
Say = Callable[[str], None]

_SPACE = "default"
_N_SMALL, _N_LARGE = 10_000, 1_000_000
_N_ROUNDS, _N_WARM_UP = 201, 9
_CHUNK = 1 << 24
_AT = datetime(2024, 1, 1, tzinfo=UTC)
_A_YEAR = timedelta(days=365)
# Of each ten facts about somebody, three are homes one after the other.
_A_SUBJECT, _N_HOMES = 10, 3
_N_PLACES = 1_000
_SUBJECTS_A_COMMIT = 1_000


def measure_facts(folder: Path, report: Say) -> tuple[Figures, Figures]:
    """Measure with two stores of made facts in `folder`, which takes about 2 GB.

    A round reconciles three statements about somebody: a new home, which supersedes one of
    three, something new that they like, and something that is known already. What is measured
    is processor time of reading and deciding; what then is written grows with nothing. Both
    files are read once before, so that the disk, which is asked for a page of each of the larger
    one's indexes, is not what is compared.

    Returns:
        Figures by the names of `graphmem.bench.speed.TARGETS`, and details.
    """
    paths = []
    for name, n in (("few", _N_SMALL), ("many", _N_LARGE)):
        report(f"reconciling: a memory of {n:,} facts")
        paths.append(folder / f"{name}-facts.db")
        store = open_store(paths[-1])
        load_facts(store, _SPACE, n)
        store.close()  # so that nothing is left to be put in its place
    for path in paths:
        _read_once(path)
    return _compare(open_store(paths[0]), open_store(paths[1]))


def _read_once(path: Path) -> None:
    """Bring a file into the system's cache."""
    with path.open("rb") as file:
        while file.read(_CHUNK):
            pass


def _compare(few: GraphStore, many: GraphStore) -> tuple[Figures, Figures]:
    """Measure with stores that are loaded; they are closed then."""

    def step(store: GraphStore, n: int, number: int) -> None:
        _reconcile(store, n // _A_SUBJECT * number // (_N_ROUNDS + _N_WARM_UP))

    for number in range(_N_ROUNDS, _N_ROUNDS + _N_WARM_UP):
        step(few, _N_SMALL, number)
        step(many, _N_LARGE, number)
    few_ms, many_ms = in_turns(
        lambda number: step(few, _N_SMALL, number),
        lambda number: step(many, _N_LARGE, number),
        _N_ROUNDS,
        thread_time,
    )
    few.close()
    many.close()
    return (
        {"reconcile_1m_vs_10k": many_ms / few_ms},
        {"reconcile_fact_10k_ms": few_ms / 3, "reconcile_fact_1m_ms": many_ms / 3},
    )


def _reconcile(store: GraphStore, subject: int) -> Reconciled:
    registry = read_registry(store, _SPACE)
    return reconcile(new_facts(subject), store, _SPACE, _AT, registry)


def new_facts(subject: int) -> list[Statement]:
    """Return what is new about somebody: a home, a taste, and what everybody knew."""
    said = [("live in", "elsewhere"), ("like", "something else"), ("like", _place(subject, 5))]
    return [
        Statement(
            text=f"Person {subject} {predicate} {name}",
            content=Content(_person(subject), predicate, entity_uid(name), None, negated=False),
            confidence=0.9, source=content_uid("source", "new"),
            passage=content_uid("new passage", str(subject)), span=(0, 10),
            stated_at=_AT + 9 * _A_YEAR,
        )
        for predicate, name in said
    ]  # fmt: skip


def load_facts(store: GraphStore, space: str, n: int) -> None:
    """Put facts as if they had been added: ten a subject, each with what it rests on.

    Args:
        store: what is filled.
        space: where.
        n: facts, a multiple of ten.
    """
    source = Source.model_construct(
        uid=content_uid("source", "made"), recorded_at=_AT, name="made", kind="document"
    )
    places = [_entity(f"place {number}") for number in range(_N_PLACES)]
    store.apply(space, lambda _: Changes(nodes=(source, *places)))
    for start in range(0, n // _A_SUBJECT, _SUBJECTS_A_COMMIT):
        end = min(start + _SUBJECTS_A_COMMIT, n // _A_SUBJECT)
        changes = _changes(range(start, end), source.uid)
        store.apply(space, lambda _, changes=changes: changes)  # type: ignore[misc]


def _changes(subjects: range, source: str) -> Changes:
    nodes: list[Node] = []
    edges: list[Edge] = []
    # Checking what is known to be right would take as long as storing it.
    for subject in subjects:
        nodes.append(_entity(f"person {subject}"))
        # One passage tells it all but the homes, which three tell, a year apart.
        told = [content_uid("made passage", f"{subject} {year}") for year in range(_N_HOMES)]
        for year, uid in enumerate(told):
            passage = Passage.model_construct(
                uid=uid, recorded_at=_AT, source=source, position=subject * _N_HOMES + year,
                text=f"Person {subject}, year {year}.", at=_AT + year * _A_YEAR,
            )  # fmt: skip
            nodes.append(passage)
        homes: list[str] = []
        for number, fact in enumerate(_facts(subject)):
            nodes.append(fact)
            passage_uid = told[number] if number < _N_HOMES else told[0]
            edges.append(_edge("EVIDENCED_BY", fact.uid, passage_uid, source))
            edges.append(_edge("SUBJECT", fact.uid, fact.subject, source))
            edges.append(_edge("OBJECT", fact.uid, fact.object or "", source))
            if number < _N_HOMES:
                homes.append(fact.uid)
        for old, new in pairwise(homes):
            edges.append(_edge("SUPERSEDES", new, old, f"timeline SUPERSEDES {new} {old}"))
    return Changes(nodes=tuple(nodes), edges=tuple(edges))


def _facts(subject: int) -> Iterator[Proposition]:
    for number in range(_A_SUBJECT):
        is_home = number < _N_HOMES
        predicate, name = "live in" if is_home else "like", _place(subject, number)
        content = Content(_person(subject), predicate, entity_uid(name), None, negated=False)
        ended = is_home and number < _N_HOMES - 1
        yield Proposition.model_construct(
            uid=content.uid, recorded_at=_AT, text=f"Person {subject} {predicate} {name}",
            subject=content.subject, predicate=predicate, object=content.object,
            valid_from=_AT + number * _A_YEAR if is_home else _AT,
            valid_to=_AT + (number + 1) * _A_YEAR if ended else None,
            status="superseded" if ended else "current",
        )  # fmt: skip


def _place(subject: int, number: int) -> str:
    return f"place {(subject * 7 + number * 13) % _N_PLACES}"


def _person(subject: int) -> str:
    return entity_uid(f"person {subject}")


def _entity(name: str) -> Entity:
    return Entity.model_construct(uid=entity_uid(name), recorded_at=_AT, name=name, key=name)


def _edge(kind: EdgeKind, start: str, end: str, source: str) -> Edge:
    return Edge.model_construct(kind=kind, start=start, end=end, sources={source: 1.0})
