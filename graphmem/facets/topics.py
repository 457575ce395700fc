"""Concepts that group facts and lessons."""

from __future__ import annotations

from pathlib import Path

from graphmem.facets.base import Facet
from graphmem.writing.checks import check_k, check_path, check_text
from graphmem_schemas import ConceptSummary, Node, Receipt

__all__ = ["Topics"]


class Topics(Facet):
    """Concepts that group facts and lessons."""

    def load_concepts(self, path: str | Path) -> Receipt:
        """Load concepts with their names and what is broader from a SKOS file.

        They stay where nothing uses them. What is about them is found by `consolidate`, by their
        names and aliases; loading the same file again changes nothing.

        Args:
            path: .ttl, .n3, .nt, .rdf, .xml or .owl.

        Raises:
            NotFound: There is no such file.
            InvalidInput: It cannot be read, has no concept, or what is broader leads back to
                where it began, in the file or together with what is there; nothing has changed.
        """
        from graphmem.core.changes import Changes
        from graphmem.interop.skos import read_skos
        from graphmem.ports import GraphReader
        from graphmem.writing.broader import GivenConcept, Loaded, load_concepts

        given = [GivenConcept(*row) for row in read_skos(check_path(path))]
        now, last = self._clock(), list[Loaded]()

        def plan(reader: GraphReader) -> Changes:
            last[:] = [load_concepts(given, reader, self.space, now)]
            return last[0].changes

        seq = self._store.apply(self.space, plan).seq
        if not seq:
            return Receipt(seq=0)
        added, known = tuple(last[0].added), tuple(last[0].confirmed)
        return Receipt(
            seq=seq,
            added={"Concept": added} if added else {},
            confirmed={"Concept": known} if known else {},
        )

    def concepts(self, name: str | None = None) -> list[ConceptSummary]:
        """Return the concepts of the space by name, or the one that is called so.

        Args:
            name: its name, an alias or its uid; None is all.

        Raises:
            NotFound: There is no such concept.
            InvalidInput: The name is blank.
        """
        from graphmem.reading.topics import all_concepts, find_concept, summaries

        if name is None:
            found = all_concepts(self._store, self.space)
        else:
            check_text(name, "the name of a concept")
            found = [find_concept(name, self._store, self.space)]
        return summaries(found, self._store, self.space)

    def about(self, concept: str, *, k: int = 100, narrower: bool = True) -> list[Node]:
        """Return the facts and lessons that are about a concept and hold, newest first.

        Args:
            concept: its name, an alias or its uid.
            k: how many, 1 to 1,000.
            narrower: whether what is about narrower concepts counts.

        Raises:
            NotFound: There is no such concept.
            InvalidInput: The name is blank, or `k` is out of range.
        """
        from graphmem.reading.topics import about, find_concept

        check_text(concept, "the name of a concept")
        found = find_concept(concept, self._store, self.space)
        return about(found, self._store, self.space, check_k(k), narrower=narrower)
