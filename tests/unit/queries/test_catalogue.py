"""The catalogue says what its texts take and give, and no text leaves its space."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from graphmem.core.cypher_guard import check_statement
from graphmem_queries.catalogue import (
    NAMED,
    BadParameter,
    Query,
    UnknownQuery,
    find_query,
    queries,
)
from graphmem_schemas import Node


def found(label: str, name: str) -> list[str]:
    return {("Entity", "Mara"): ["1", "2", "Mara"], ("Concept", "c"): ["3"]}.get((label, name), [])


EACH = [pytest.param(query, id=name) for name, query in queries().items()]


def test_there_are_many() -> None:
    assert len(queries()) >= 30
    assert list(queries()) == sorted(queries())


@pytest.mark.parametrize("query", EACH)
def test_a_text_takes_the_parameters_of_its_head(query: Query) -> None:
    for home in ("neo4j", "embedded"):
        names = check_statement(query.text(home))  # type: ignore[arg-type]
        sent = {f"{one.name}_uids" if one.type in NAMED else one.name for one in query.parameters}
        assert names == {"space", *sent}
    assert query.question.endswith("?")
    assert query.portable == (query.text("neo4j") == query.text("embedded"))


@pytest.mark.parametrize("query", EACH)
def test_every_node_and_edge_is_of_the_space(query: Query) -> None:
    for text in query.texts.values():
        # A variable that stands for a node said before, in parentheses of its own, is of it too.
        bound = set(re.findall(r"\((\w+)[^()]*\{space: \$space\}\)", text))
        # Not what a function is called with.
        nodes = re.findall(r"(?<![\w`])\((\w*)((?::[\w|]+)?(?: ?\{[^}]*\})?)\)", text)
        for name, said in nodes:
            assert "{space: $space}" in said or name in bound, name + said
        assert nodes
        for inside in re.findall(r"-\[([^\]]*)\]", text):
            paths = "SHORTEST" in inside or "shortestPath" in text
            assert "space = $space" in text if paths else "{space: $space}" in inside, inside


@pytest.mark.parametrize("query", EACH)
def test_names_are_looked_up_by_us_and_not_by_an_engine(query: Query) -> None:
    """toLower leaves marks and turns no ß into ss, and no index knows aliases."""
    for text in query.texts.values():
        assert "toLower" not in text
        assert ".key =" not in text
        assert "aliases)" not in text


def test_labels_that_are_spelt_out_are_all_of_them() -> None:
    for name in ("edges_by_kind", "nodes_by_label"):
        for text in find_query(name).texts.values():
            labels = re.search(r"MATCH \(\w:([\w|]+) ", text)
            assert labels is not None
            assert {*labels[1].split("|")} == {*Node.registry}


@pytest.mark.parametrize("query", EACH)
def test_the_order_is_total_and_the_rows_are_limited(query: Query) -> None:
    for text in query.texts.values():
        order = re.search(r"ORDER BY (.+) LIMIT \$limit$", text)
        assert order is not None
        last = order[1].split(", ")[-1].split()[0]
        keys = {"uid", "passage", "name", "kind", "label", "language", "predicate", "speaker"}
        assert last.split(".")[-1] in keys or last.endswith("_uid") or last == "role"


def test_parameters_are_read_as_one_types_them() -> None:
    bound = find_query("believed_on").bind({"entity": "Mara", "date": "2024-01-02"}, found)
    assert bound == {
        "entity_uids": ("Mara", "1", "2"),
        "date": datetime(2024, 1, 2, tzinfo=UTC),
        "limit": 20,
    }
    assert find_query("about_concept").bind({"concept": "c"}, found)["concept_uids"] == ("c", "3")
    runs = find_query("insights_of_runs").bind({"runs": "a, b"}, found)["runs"]
    assert runs == ("a", "b")
    assert find_query("doubtful_facts").bind({"below": "0.25", "limit": "3"}, found) == {
        "below": 0.25,
        "limit": 3,
    }


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"entity": "x"},
        {"entity": "x", "date": "soon"},
        {"entity": 1, "date": "2024-01-01"},
        {"entity": "x", "date": "2024-01-01", "limit": "many"},
        {"entity": "x", "date": 5},
        {"entity": "x", "date": "2024-01-01", "limit": True},
        {"entity": "x", "data": "2024-01-01"},
    ],
)
def test_what_is_missing_unknown_or_wrong_is_said(given: dict[str, object]) -> None:
    with pytest.raises(BadParameter, match=r"believed_on|parameter"):
        find_query("believed_on").bind(given, found)


def test_now_is_when_it_is_asked_and_not_when_the_catalogue_was_read() -> None:
    query = find_query("believed_now")
    before = datetime.now(UTC)
    now = query.bind({"entity": "x"}, found)["now"]
    assert isinstance(now, datetime)
    assert before <= now <= datetime.now(UTC)
    assert query.bind({"entity": "x", "now": "2024-01-01"}, found)["now"] == datetime(
        2024, 1, 1, tzinfo=UTC
    )


def test_an_unknown_query_is_an_error_with_a_hint() -> None:
    with pytest.raises(UnknownQuery, match="believed_now"):
        find_query("believed")
