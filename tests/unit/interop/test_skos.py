"""Concepts from SKOS files."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphmem.errors import InvalidInput, NotFound
from graphmem.interop.skos import read_skos

TOPICS = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <http://example.org/> .
:drink a skos:Concept ; skos:prefLabel "Getränk"@de, "Drinks"@en-GB ; skos:narrower :tea .
:tea a skos:Concept ; skos:prefLabel "tea", "thé"@fr ; skos:altLabel "chai" ;
    skos:hiddenLabel "te" ; skos:broader :plant, :elsewhere .
:plant skos:prefLabel "plant"@en .
"""


def write(folder: Path, text: str, name: str = "topics.ttl") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_labels_and_what_is_broader_either_way(tmp_path: Path) -> None:
    base = "http://example.org/"
    assert read_skos(write(tmp_path, TOPICS)) == [
        (base + "drink", "Drinks", ("Getränk",), ()),
        (base + "plant", "plant", (), ()),
        (base + "tea", "tea", ("thé", "chai", "te"), (base + "drink", base + "plant")),
    ]


def test_the_formats_say_the_same(tmp_path: Path) -> None:
    from rdflib import Graph

    graph = Graph().parse(data=TOPICS, format="turtle")
    expected = read_skos(write(tmp_path, TOPICS))
    for ending, form in ((".nt", "nt"), (".rdf", "xml"), (".n3", "n3")):
        text = graph.serialize(format=form)
        assert read_skos(write(tmp_path, text, "topics" + ending)) == expected


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("not turtle", "t.ttl", "is no turtle"),
        ("", "t.ttl", "no skos:Concept"),
        ("<a:a> a <http://www.w3.org/2004/02/skos/core#Concept> .", "t.ttl", "no skos:prefLabel"),
        ("{}", "t.jsonld", "ends in '.jsonld'"),
        ("<rdf", "t.rdf", "is no xml"),
    ],
)
def test_what_cannot_be_read_is_the_callers_error(
    tmp_path: Path, text: str, name: str, why: str
) -> None:
    with pytest.raises(InvalidInput, match=why):
        read_skos(write(tmp_path, text, name))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_skos(tmp_path / "none.ttl")
