"""Concepts from a SKOS file: preferred and other labels, and what is broader.

References: Miles, Bechhofer 2009, SKOS Simple Knowledge Organization System Reference, W3C.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

from rdflib import RDF, SKOS, Graph, Literal
from rdflib.term import Node as Term

from graphmem.errors import InvalidInput
from graphmem.interop.files import look_for

__all__ = ["FORMATS", "SkosConcept", "read_skos"]

# JSON-LD is not among them: its files may name others that would be fetched.
FORMATS = {
    ".ttl": "turtle", ".n3": "n3", ".nt": "nt", ".rdf": "xml", ".xml": "xml", ".owl": "xml",
}  # fmt: skip
_MAX_WHY = 300

SkosConcept = tuple[str, str, tuple[str, ...], tuple[str, ...]]
"""IRI, name, other names, IRIs of what is broader."""


def read_skos(path: Path) -> list[SkosConcept]:
    """Read the concepts of a file, sorted by IRI.

    The English preferred label counts, else one without a language, else the first of all. What
    is said to be narrower is broader the other way round.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It is in no format that can be read, or has no concept.
    """
    graph = _parsed(path)
    concepts = set(graph.subjects(RDF.type, SKOS.Concept)) | set(graph.subjects(SKOS.prefLabel))
    broader: dict[Term, set[str]] = {}
    for one, wide in graph.subject_objects(SKOS.broader):
        broader.setdefault(one, set()).add(str(wide))
    for wide, one in graph.subject_objects(SKOS.narrower):
        broader.setdefault(one, set()).add(str(wide))
    there = set(map(str, concepts))
    found: list[SkosConcept] = []
    for concept in sorted(concepts, key=str):
        names = _labels(graph.objects(concept, SKOS.prefLabel))
        if not names:
            raise InvalidInput(f"<{str(concept)[:120]}> in {path.name} has no skos:prefLabel")
        others = _labels(graph.objects(concept, SKOS.altLabel))
        others += _labels(graph.objects(concept, SKOS.hiddenLabel))
        wider = tuple(sorted(broader.get(concept, set()) & there))
        found.append((str(concept), names[0], (*names[1:], *others), wider))
    if not found:
        raise InvalidInput(f"{str(path)!r} has no skos:Concept with a skos:prefLabel")
    return found


def _parsed(path: Path) -> Graph:
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise InvalidInput(
            f"no format of topics ends in {path.suffix!r}: use one of {', '.join(FORMATS)}"
        )
    look_for(path)
    try:
        # rdflib leaves files open that it opened itself, and its parser warns of its own calls.
        with path.open("rb") as file, warnings.catch_warnings(action="ignore"):
            return Graph().parse(file, format=form)
    except Exception as error:  # the parser raises whatever its input leads it to
        why = " ".join(str(error).split())[:_MAX_WHY]
        raise InvalidInput(f"{str(path)!r} is no {form}: {why}") from error


def _labels(terms: Iterable[Term]) -> list[str]:
    """Return labels: English ones, those without a language, then others by language."""
    literals = [term for term in terms if isinstance(term, Literal) and str(term).strip()]
    literals.sort(key=lambda one: (_rank(one.language), one.language or "", str(one)))
    return [" ".join(str(one).split()) for one in literals]


def _rank(language: str | None) -> int:
    if language is None:
        return 1
    return 0 if language.casefold().partition("-")[0] == "en" else 2
