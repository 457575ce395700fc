"""Write the OWL ontology and the SHACL shapes from the models; `--check` fails on drift.

Names, types, bounds and descriptions are those of the pydantic models and of EDGE_RULES, so that
a new field or kind is in both files without a further word.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from graphmem.core.property_graph import property_types
from graphmem.interop.rdf_terms import GM, PREFIXES, PROV_ENTITIES, XSD_TYPES
from graphmem_schemas import EDGE_RULES, Edge, Node

FOLDER = Path(__file__).resolve().parent.parent / "schemas" / "graphmem_schemas" / "ontology"
LABELS = sorted(Node.registry)
MEANS = {
    "EVIDENCED_BY": "prov:wasDerivedFrom", "DERIVED_FROM": "prov:wasDerivedFrom",
    "MERGED_FROM": "prov:wasDerivedFrom", "SUPERSEDES": "prov:wasRevisionOf",
}  # fmt: skip
OF_EDGES = {
    "weight": ("double", "The sum of what the sources contribute."),
    "from_source": ("string", "Key of the source that contributes: its uid, as a rule."),
    "share": ("double", "What it contributes to the weight."),
}
OF_SPACES = {
    "format": ("string", "The format of the file."),
    "space": ("string", "The name of the space."),
    "embedder": ("string", "What made the vectors."),
}
HEAD = "# Made by scripts/build_ontology.py from the models; change those.\n"


def ontology() -> str:
    """Return the classes and properties, in Turtle."""
    return "\n".join([HEAD + _prefixes(), _header(), *_classes(), *_data(), *_kinds()])


def shapes() -> str:
    """Return what must hold of every export, in Turtle."""
    parts = [*(_node_shape(label) for label in LABELS), *_kind_shapes(), _edge_shape()]
    return "\n".join([HEAD + _prefixes(), *parts])


def _prefixes() -> str:
    more = {
        "owl": "http://www.w3.org/2002/07/owl#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "sh": "http://www.w3.org/ns/shacl#",
    }  # fmt: skip
    known = sorted({**PREFIXES, **more}.items())
    return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in known)


def _header() -> str:
    return _resource(
        f"<{GM.rstrip('#')}>",
        "a owl:Ontology",
        'rdfs:label "graphmem"@en',
        f"rdfs:comment {_text('The property graph in which graphmem keeps what agents learn.')}",
        "rdfs:seeAlso <http://www.w3.org/ns/prov-o#>, <http://www.w3.org/2006/time>",
    )


def _classes() -> Iterator[str]:
    yield _class("Node", inspect.getdoc(Node) or "")
    for label in LABELS:
        above = ["gm:Node", *(["prov:Entity"] if label in PROV_ENTITIES else [])]
        yield _class(label, inspect.getdoc(Node.registry[label]) or "", *above)
    yield _class("Edge", inspect.getdoc(Edge) or "", "rdf:Statement")
    yield _class("Contribution", "What one source contributes to the weight of an edge.")
    yield _class("Space", "A tenant's own graph; its IRI is that of the named graph.")
    disjoint = " ".join(f"gm:{label}" for label in LABELS)
    yield _resource("[]", "a owl:AllDisjointClasses", f"owl:members ({disjoint})")


def _class(name: str, doc: str, *above: str) -> str:
    under = [f"rdfs:subClassOf {', '.join(above)}"] if above else []
    comment = f"rdfs:comment {_text(_summary(doc))}"
    return _resource(f"gm:{name}", "a owl:Class", f'rdfs:label "{name}"@en', comment, *under)


def _data() -> Iterator[str]:
    for name, labels in sorted(_labels_by_field().items()):
        kinds = {property_types(label)[name] for label in labels}
        ranges = {XSD_TYPES.get(kind) for kind in kinds}
        said = [f"rdfs:comment {_text(text)}" for text in _told_of(name, labels)]
        domain = "gm:Node" if len(labels) == len(LABELS) else _any(labels)
        if ranges == {None}:
            yield _property(name, "rdf:Property", domain, "rdf:List", *said)
            continue
        more = ["rdfs:subPropertyOf prov:generatedAtTime"] if name == "recorded_at" else []
        (xsd,) = ranges
        yield _property(name, "owl:DatatypeProperty", domain, f"xsd:{xsd}", *said, *more)
    yield _property("vector", "owl:DatatypeProperty", "gm:Node", "xsd:base64Binary",
                    f"rdfs:comment {_text('The embedding: little-endian float32.')}")  # fmt: skip
    yield from _of_edges()


def _of_edges() -> Iterator[str]:
    for name, (xsd, text) in (OF_EDGES | OF_SPACES).items():
        owner = "Edge" if name == "weight" else "Contribution" if name in OF_EDGES else "Space"
        comment = f"rdfs:comment {_text(text)}"
        yield _property(name, "owl:DatatypeProperty", f"gm:{owner}", f"xsd:{xsd}", comment)
    yield _property("contribution", "owl:ObjectProperty", "gm:Edge", "gm:Contribution")
    yield _property("role", "owl:DatatypeProperty", "gm:Edge", "xsd:string",
                    *(f"rdfs:comment {_text(t)}" for t in _attributes(Edge, "role")))  # fmt: skip
    yield _property("span", "rdf:Property", "gm:Edge", "rdf:List",
                    *(f"rdfs:comment {_text(t)}" for t in _attributes(Edge, "span")))  # fmt: skip


def _kinds() -> Iterator[str]:
    for kind, (starts, ends) in EDGE_RULES.items():
        means = [f"rdfs:subPropertyOf {MEANS[kind]}"] if kind in MEANS else []
        yield _property(kind, "owl:ObjectProperty", _any(starts), _any(ends), *means)


def _property(name: str, kind: str, domain: str, values: str, *more: str) -> str:
    said = (f"rdfs:domain {domain}", f"rdfs:range {values}", *more)
    return _resource(f"gm:{name}", f"a {kind}", f'rdfs:label "{name}"@en', *said)


def _node_shape(label: str) -> str:
    fields = Node.registry[label].model_fields
    rules = [_field_shape(label, name, field) for name, field in fields.items()]
    if label == "Proposition":
        both = "[ sh:path gm:object ; sh:minCount 1 ] [ sh:path gm:value ; sh:minCount 1 ]"
        rules += [
            f"sh:not [ sh:and ({both.replace('[', '[ sh:property [').replace(']', '] ]')}) ]",
            "sh:property [ sh:path gm:valid_from ; sh:lessThanOrEquals gm:valid_to ]",
        ]
    target = f"sh:targetClass gm:{label}"
    return _resource(f"gm:{label}Shape", "a sh:NodeShape", target, *rules)


def _field_shape(label: str, name: str, field: FieldInfo) -> str:
    kind = property_types(label)[name]
    said = [f"sh:path gm:{name}", "sh:maxCount 1"]
    if field.is_required():
        said.append("sh:minCount 1")
    if kind == "strings":
        items = f"sh:path (gm:{name} [ sh:zeroOrMorePath rdf:rest ] rdf:first)"
        of = f"sh:property [ {items} ; sh:datatype xsd:string ]"
        return f"sh:property [ {' ; '.join(said)} ] ;\n    {of}"
    said.append(f"sh:datatype xsd:{XSD_TYPES[kind]}")
    if get_origin(field.annotation) is Literal:
        said.append(f"sh:in ({' '.join(map(json.dumps, get_args(field.annotation)))})")
    said += _bounds(field.metadata)
    return f"sh:property [ {' ; '.join(said)} ]"


def _bounds(metadata: Iterable[Any]) -> Iterator[str]:
    names = {"ge": "minInclusive", "gt": "minExclusive", "le": "maxInclusive",
             "min_length": "minLength", "max_length": "maxLength"}  # fmt: skip
    for rule in metadata:
        for attribute, name in names.items():
            bound = getattr(rule, attribute, None)
            if bound is not None:
                said = f'"{bound}"^^xsd:double' if isinstance(bound, float) else bound
                yield f"sh:{name} {said}"


def _kind_shapes() -> Iterator[str]:
    for kind, ends in EDGE_RULES.items():
        for target, labels in zip(("Subjects", "Objects"), ends, strict=True):
            classes = " ".join(f"[ sh:class gm:{label} ]" for label in labels)
            yield _resource(
                f"gm:{kind}{target}Shape", "a sh:NodeShape", f"sh:target{target}Of gm:{kind}",
                f"sh:or ({classes})",
            )  # fmt: skip


def _edge_shape() -> str:
    kinds = " ".join(f"gm:{kind}" for kind in EDGE_RULES)
    once = "sh:minCount 1 ; sh:maxCount 1"
    contribution = " ; ".join(
        f"sh:property [ sh:path gm:{name} ; {once} ; sh:datatype xsd:{OF_EDGES[name][0]} ]"
        for name in ("from_source", "share")
    )
    return _resource(
        "gm:EdgeShape", "a sh:NodeShape", "sh:targetClass gm:Edge",
        f"sh:property [ sh:path rdf:subject ; {once} ; sh:nodeKind sh:IRI ]",
        f"sh:property [ sh:path rdf:object ; {once} ; sh:nodeKind sh:IRI ]",
        f"sh:property [ sh:path rdf:predicate ; {once} ; sh:in ({kinds}) ]",
        f"sh:property [ sh:path gm:contribution ; sh:minCount 1 ; sh:node [ {contribution} ] ]",
        "sh:property [ sh:path gm:role ; sh:maxCount 1 ; sh:datatype xsd:string ]",
        "sh:property [ sh:path gm:span ; sh:maxCount 1 ]",
    )  # fmt: skip


def _resource(name: str, *said: str) -> str:
    return f"{name} " + " ;\n    ".join(said) + " .\n"


def _any(labels: Iterable[str]) -> str:
    names = [f"gm:{label}" for label in labels]
    return names[0] if len(names) == 1 else f"[ a owl:Class ; owl:unionOf ({' '.join(names)}) ]"


def _labels_by_field() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for label in LABELS:
        for name in Node.registry[label].model_fields:
            found.setdefault(name, []).append(label)
    return found


def _told_of(name: str, labels: Iterable[str]) -> list[str]:
    """Return what the models say of a field, each text once."""
    texts = [t for label in labels for t in _attributes(Node.registry[label], name)]
    return list(dict.fromkeys(texts or _attributes(Node, name)))


def _attributes(model: type, name: str) -> list[str]:
    doc = inspect.getdoc(model) or ""
    found = re.search(rf"^    {name}: (.*(?:\n {{8}}.*)*)", doc, re.MULTILINE)
    return [" ".join(found.group(1).split())] if found else []


def _summary(doc: str) -> str:
    return " ".join(doc.split("\n\n")[0].split())


def _text(text: str) -> str:
    return f"{json.dumps(text, ensure_ascii=False)}@en"


def main() -> int:
    """Write the files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail on drift")
    check = parser.parse_args().check
    FOLDER.mkdir(parents=True, exist_ok=True)
    drifted = 0
    for name, text in (("graphmem.ttl", ontology()), ("shapes.ttl", shapes())):
        path = FOLDER / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        drifted += 1
        if check:
            print(f"{name} is not what the models say: run scripts/build_ontology.py")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}", file=sys.stderr)
    return drifted if check else 0


if __name__ == "__main__":
    raise SystemExit(main())
