"""RDF that rdflib reads, PROV-O and OWL-Time in it, and shapes that hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, XSD

from graphmem.core.changes import Changes
from graphmem.errors import DimensionMismatch, InvalidInput, NotFound
from graphmem.interop import rdf_reading
from graphmem.interop.compare import holdings
from graphmem.interop.files import export_space, import_space
from graphmem.interop.rdf_terms import GM
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem.testing.samples import edge, entity, one_of_each_label, passage, vector
from graphmem_schemas import EDGE_RULES, Node

# rdflib's own TriG parser and serialiser warn of calls that they make.
pytestmark = pytest.mark.filterwarnings("ignore:(Dataset|ConjunctiveGraph).*:DeprecationWarning")

ONTOLOGY = Path(__file__).resolve().parents[3] / "schemas" / "graphmem_schemas" / "ontology"
PROV = "http://www.w3.org/ns/prov#"
TEXTS = (
    ("a", "2023-01-01", "Ann lives in Rome. Bo likes “Rome” – né?"),
    ("b", "2024-01-01", "Ann moved to Oslo."),
)


@pytest.fixture
def memory() -> Iterator[Memory]:
    store = MemoryStore()
    with Memory(store, space="é/1", embedder=FakeEmbedder(), extractor=FakeExtractor()) as opened:
        for source, at, text in TEXTS:
            opened.add(text, source=source, at=at)
        yield opened


def dataset_of(path: Path, **options: bool) -> Dataset:
    dataset = Dataset(**options)
    dataset.parse(data=path.read_text("utf-8"), format="trig")
    return dataset


def read(path: Path) -> Graph:
    whole = Graph()
    for triple in dataset_of(path, default_union=True):
        whole.add(triple[:3])
    return whole


def conforms(graph: Graph) -> tuple[bool, str]:
    shapes = Graph().parse(data=(ONTOLOGY / "shapes.ttl").read_text("utf-8"))
    ontology = Graph().parse(data=(ONTOLOGY / "graphmem.ttl").read_text("utf-8"))
    good, _, report = validate(graph, shacl_graph=shapes, ont_graph=ontology)
    return good, report


def test_a_real_export_conforms_and_a_broken_one_does_not(memory: Memory, tmp_path: Path) -> None:
    path = tmp_path / "graph.trig"
    memory.export(path, vectors=True)
    good, report = conforms(read(path))
    assert good, report
    text = path.read_text("utf-8")
    broken = {
        'gm:status "current"': 'gm:status "believed"',
        '"0.9"^^xsd:double': '"1.9"^^xsd:double',
        " gm:SUPERSEDES ": " gm:PART_OF ",
        "gm:position 0": 'gm:position "first"',
        "rdf:predicate gm:MENTIONS": "rdf:predicate gm:LIKES",
        ' ; gm:share "1.0"^^xsd:double': "",
    }
    for old, new in broken.items():
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        good, report = conforms(read(path))
        assert not good, old


def test_every_label_conforms_and_a_fact_has_one_object(tmp_path: Path) -> None:
    store = MemoryStore()
    store.apply("a", lambda _: Changes(nodes=one_of_each_label()))
    path = tmp_path / "graph.ttl"
    export_space(store, "a", path, None)
    graph = read(path)
    assert conforms(graph)[0]
    fact = next(graph.subjects(RDF.type, URIRef(GM + "Proposition")))
    graph.add((fact, URIRef(GM + "object"), Literal("entity")))
    assert not conforms(graph)[0]


def test_evidence_and_validity_are_said_in_prov_and_owl_time(
    memory: Memory, tmp_path: Path
) -> None:
    memory.export(tmp_path / "graph.trig")
    dataset = dataset_of(tmp_path / "graph.trig")
    found = dataset.query(
        """
        PREFIX gm: <urn:graphmem:ontology#> PREFIX prov: <http://www.w3.org/ns/prov#>
        PREFIX time: <http://www.w3.org/2006/time#>
        SELECT ?said ?source ?until WHERE { GRAPH <urn:graphmem:space/%C3%A9%2F1> {
          ?fact a prov:Entity ; gm:text ?text ; prov:wasDerivedFrom ?passage ;
                prov:generatedAtTime ?known ;
                time:hasTime/time:hasEnd/time:inXSDDateTimeStamp ?until .
          ?passage gm:text ?said ; prov:wasQuotedFrom/gm:name ?source .
        } }
        """
    )
    assert [(str(row[0])[:18], str(row[1]), str(row[2])) for row in found] == [  # type: ignore[index]
        ("Ann lives in Rome.", "a", "2024-01-01T00:00:00+00:00")
    ]


def test_a_named_graph_holds_one_space(memory: Memory, tmp_path: Path) -> None:
    memory.export(tmp_path / "graph.trig")
    dataset = dataset_of(tmp_path / "graph.trig")
    sizes = {str(graph.identifier): len(graph) for graph in dataset.graphs()}
    assert sizes.pop("urn:graphmem:space/%C3%A9%2F1") > 100
    assert sizes == {"urn:x-rdflib:default": 3}


HOSTILE = (
    'a"b',
    "a>b <c> .",
    "a\nb",
    "a\\",
    "n:x } .",
    "a%22b",
    "é \U0001f600",
    "'''\"\"\"",
    "?x",
)


def test_hostile_uids_and_names_are_values_and_nothing_else(tmp_path: Path) -> None:
    store, after = MemoryStore(), MemoryStore()
    store.apply(
        'x> a "b" {\n',
        lambda _: Changes(
            nodes=tuple(entity(text, aliases=(text,)) for text in HOSTILE),
            edges=tuple(edge(text, "?x", sources={text: 1.0}, role=text) for text in HOSTILE),
        ),
    )
    path = tmp_path / "graph.trig"
    export_space(store, 'x> a "b" {\n', path, None)
    import_space(after, "a", path, lambda _: None)
    assert holdings(after, "a") == holdings(store, 'x> a "b" {\n')
    predicates = {str(predicate) for predicate in read(path).predicates()}
    assert all(p.startswith((GM, PROV, str(RDF))) for p in predicates)


def test_what_another_tool_wrote_is_read_whole(memory: Memory, tmp_path: Path) -> None:
    path, again = tmp_path / "graph.trig", tmp_path / "again.trig"
    memory.export(path, vectors=True)
    again.write_text(dataset_of(path).serialize(format="trig"), "utf-8")
    renamed = again.read_text("utf-8").replace("urn:graphmem:space/%C3%A9%2F1/", "http://x.y/")
    stores = []
    for text in (again.read_text("utf-8"), renamed.replace("http://x.y/", "http://x.y/n#")):
        again.write_text(text, "utf-8")
        stores.append(MemoryStore())
        import_space(stores[-1], "a", again, lambda _: None)
    wanted = holdings(memory._store, "é/1")
    assert holdings(stores[0], "a") == wanted
    # Nodes that were given other IRIs keep their uids.
    assert holdings(stores[1], "a") == wanted


def test_parts_give_what_the_whole_gives(
    memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "graph.trig"
    memory.export(path, vectors=True)
    monkeypatch.setattr(rdf_reading, "PART_LINES", 3)
    parts, whole = MemoryStore(), MemoryStore()
    with monkeypatch.context() as only:
        only.setattr(rdf_reading, "_whole", None)
        import_space(parts, "a", path, lambda _: None)
    path.write_text(path.read_text("utf-8").replace("# graphmem-trig-1\n", ""), "utf-8")
    import_space(whole, "a", path, lambda _: None)
    assert holdings(parts, "a") == holdings(whole, "a") == holdings(memory._store, "é/1")


def test_a_statement_edited_over_several_lines_is_still_read(
    memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "graph.trig"
    memory.export(path)
    path.write_text(path.read_text("utf-8").replace(" ; ", " ;\n    "), "utf-8")
    monkeypatch.setattr(rdf_reading, "PART_LINES", 4)
    store = MemoryStore()
    import_space(store, "a", path, lambda _: None)
    assert store.count("a").nodes == memory.stats().nodes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "says nothing about a node"),
        ("not rdf at all", "is no TriG"),
        ("<a:a> <b:b> <c:c> .", "says nothing about a node"),
        ("# graphmem-trig-1\n<a:a> <b:b>", "is no TriG"),
        ("<u:x> a gm:Entity .", "<u:x> is not of graphmem.*"),
        ('<u:x> a gm:Entity ; gm:uid "x", "y" .', "more than one uid"),
        ('<u:x> a gm:Passage ; gm:uid "x" ; gm:position "two" .', "<u:x> is not of graphmem"),
        ("<u:x> a gm:Entity, gm:Passage .", "<u:x> is not of graphmem"),
        ("[] a gm:Edge .", "an edge is not of graphmem: 0 times"),
        ("[] a gm:Edge ; rdf:predicate gm:LIKES ; rdf:subject <u:x> ; rdf:object <u:x> .", "edge"),
        ('<u:x> gm:vector "%%%" .', "<u:x> is not of graphmem"),
        ('<u:1> { <u:x> gm:uid "x" } <u:2> { <u:x> gm:uid "x" }', "holds 2 spaces"),
    ],
)
def test_what_cannot_be_read_changes_nothing(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "graph.trig"
    prefixes = f"@prefix gm: <{GM}> . @prefix rdf: <{RDF}> . @prefix xsd: <{XSD}> .\n"
    path.write_text(prefixes + text if "gm:" in text else text, "utf-8")
    store = MemoryStore()
    with pytest.raises(InvalidInput, match=says):
        import_space(store, "a", path, lambda _: None)
    assert store.spaces() == []


def test_a_file_that_is_not_there_and_vectors_that_do_not_fit(
    memory: Memory, tmp_path: Path
) -> None:
    memory.export(tmp_path / "graph.trig", vectors=True)
    with Memory(MemoryStore(), embedder=FakeEmbedder(16), extractor=FakeExtractor()) as other:
        other.add("Cy likes Bonn.")
        with pytest.raises(NotFound, match="no file"):
            other.import_(tmp_path / "none.trig")
        with pytest.raises(DimensionMismatch):
            other.import_(tmp_path / "graph.trig")
        memory.export(tmp_path / "plain.trig")
        other.import_(tmp_path / "plain.trig")
        assert other.stats().nodes["Passage"] == 3


@pytest.mark.parametrize("ending", ["trig", "ttl"])
def test_a_file_that_was_cut_off_is_refused(memory: Memory, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"graph.{ending}"
    memory.export(path, vectors=True)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    cut = [lines[:-1], lines[: len(lines) // 2], lines[:2]]
    for kept in cut + ([[*lines[:1], *lines[2:-2]]] if ending == "trig" else []):
        path.write_text("".join(kept), "utf-8")
        store = MemoryStore()
        with pytest.raises(InvalidInput, match="cut off"):
            import_space(store, "a", path, lambda _: None)
        assert store.spaces() == []
    # As files were before they had that line.
    path.write_text("".join([*lines[:1], *lines[2:-1]]), "utf-8")
    store = MemoryStore()
    import_space(store, "a", path, lambda _: None)
    assert holdings(store, "a") == holdings(memory._store, "é/1")


def test_half_a_character_is_refused(memory: Memory, tmp_path: Path) -> None:
    path = tmp_path / "graph.trig"
    memory.export(path)
    path.write_bytes(path.read_bytes().replace("né".encode(), b"n\xc3", 1))
    store = MemoryStore()
    with pytest.raises(InvalidInput, match="no UTF-8"):
        import_space(store, "a", path, lambda _: None)
    assert store.spaces() == []


def test_an_end_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    store = MemoryStore()
    store.apply("a", lambda _: Changes(nodes=(passage("p"), entity("e")), edges=(edge("p", "e"),)))
    path = tmp_path / "graph.trig"
    export_space(store, "a", path, None)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "gm:Entity" not in line), "utf-8")
    with pytest.raises(InvalidInput, match="neither in it nor"):
        import_space(MemoryStore(), "a", path, lambda _: None)


def test_the_ontology_names_every_class_property_and_kind() -> None:
    graph = Graph().parse(data=(ONTOLOGY / "graphmem.ttl").read_text("utf-8"))
    named = {str(subject).removeprefix(GM) for subject in graph.subjects(RDF.type)}
    fields = {name for model in Node.registry.values() for name in model.model_fields}
    assert {*Node.registry, *EDGE_RULES, *fields, "Edge", "contribution", "vector"} <= named
    assert (URIRef(GM[:-1]), RDF.type, OWL.Ontology) in graph
    used = {str(p) for p in graph.predicates()} | {str(o) for o in graph.objects()}
    known = {str(subject) for subject in graph.subjects()}
    assert {one for one in used if one.startswith(GM)} <= known


def test_vectors_are_left_out_unless_asked(tmp_path: Path) -> None:
    store = MemoryStore()
    store.apply("a", lambda _: Changes(nodes=(entity("e"),), vectors=(vector("e"),)))
    for wanted in (False, True):
        path = tmp_path / f"{wanted}.ttl"
        export_space(store, "a", path, "some (2 dimensions)", wanted)
        assert ("base64Binary" in path.read_text("utf-8")) is wanted
