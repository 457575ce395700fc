"""How nodes and edges look in a row of a statement, and which texts are sent."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.changes import EdgeKey
from graphmem.errors import StoreCorrupt
from graphmem.stores.neo4j.rows import (
    decode_edge,
    decode_key,
    decode_node,
    encode_key,
    extra_keys,
    index_key,
    labels_with_keys,
)
from graphmem.testing.samples import entity, passage
from graphmem_queries.texts import text
from graphmem_schemas import EDGE_KINDS

UIDS = st.text(min_size=1, max_size=80)


@given(st.tuples(st.sampled_from(EDGE_KINDS), UIDS, UIDS))
def test_an_edges_key_survives_whatever_its_uids_hold(key: EdgeKey) -> None:
    assert decode_key(encode_key(key)) == key


def test_plain_uids_stay_readable() -> None:
    assert encode_key(("NEXT", "a-1", "b:2")) == "NEXT a-1 b:2"


@pytest.mark.parametrize("line", ["", "NEXT a", "NEXT a b c", "LIKES a b"])
def test_a_line_that_is_no_key_is_said(line: str) -> None:
    with pytest.raises(StoreCorrupt, match="doctor"):
        decode_key(line)


@given(st.text(max_size=400))
def test_short_keys_stand_for_themselves(key: str) -> None:
    if len(key.encode()) <= 1_000:
        assert index_key(key) == key


def test_long_keys_fit_into_an_index_and_stay_apart() -> None:
    keys = ["\U0001f600" * 3_000 + end for end in ("", "a", "b")]
    short = {index_key(key) for key in keys}
    assert len(short) == 3
    assert max(len(key.encode()) for key in short) < 1_000


def test_keys_beyond_the_first_are_those_that_differ_from_it() -> None:
    assert extra_keys(entity("x", name="n", aliases=("n", "m"))) == {("Entity", "=m", "x")}
    assert extra_keys(passage("x")) == set()
    assert labels_with_keys() == [
        "Event", "Source", "Query", "Insight", "Entity", "Proposition", "Predicate", "Concept",
        "Prescription",
    ]  # fmt: skip


def test_rows_that_are_no_node_or_edge_are_said() -> None:
    with pytest.raises(StoreCorrupt, match="Passage None in the store cannot be read"):
        decode_node("Passage", [None] * 10)
    for said in ([None] * 4, [["s"], [1.0, 2.0], None, None], [["s"], ["x"], None, None]):
        with pytest.raises(StoreCorrupt, match="edge NEXT a -> b cannot be read"):
            decode_edge(("NEXT", "a", "b"), said)


def test_only_words_of_the_schemas_go_into_a_text() -> None:
    with pytest.raises(KeyError):
        text("store/page_uids", label="Person) DETACH DELETE (n")
    with pytest.raises(KeyError):
        text("store/feed_edges", kinds=("LIKES",))
    with pytest.raises(KeyError):
        text("store/get", labels=("Passage", "Person) DETACH DELETE (n"))
    with pytest.raises(KeyError, match="LABELS"):
        text("store/get")


def test_every_text_says_what_it_asks() -> None:
    for folder in ("store", "schema"):
        for file in files("graphmem_queries").joinpath(folder).iterdir():
            head = file.read_text("utf-8").splitlines()[0]
            assert head.startswith("// "), file.name
