"""Memory: the one object that most people need. It holds no rules; it wires the parts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from graphmem.core.token_counts import TokenCounter
from graphmem.errors import InvalidInput
from graphmem.facets.answers import Answers
from graphmem.facets.browsing import Browsing
from graphmem.facets.cues import Cues
from graphmem.facets.cypher import SpeaksCypher
from graphmem.facets.facts import Facts
from graphmem.facets.lessons import Lessons
from graphmem.facets.runs import Runs
from graphmem.facets.topics import Topics
from graphmem.facets.upkeep import Upkeep
from graphmem.facets.workspaces import Workspaces
from graphmem.models.loading import LazyModels
from graphmem.models.seal import break_seal, describe, read_seal, seal, write_seal
from graphmem.ports import Clock, Embedder, Extractor, GraphStore, Progress, ShownRecalls
from graphmem.ports.models import LLM
from graphmem.reading.lookup import find_node
from graphmem.stores.registry import open_store
from graphmem.views.cypher.reader import CypherReader
from graphmem.wiring import open_reader
from graphmem.writing.accept import Content, accept, accept_passages
from graphmem.writing.checks import check_path, check_space
from graphmem.writing.trust import with_trust
from graphmem_schemas import (
    Context,
    ExtractedPassage,
    HitKind,
    Node,
    Recall,
    Receipt,
    RejectedRow,
    SearchMode,
    Stats,
)

if TYPE_CHECKING:
    from graphmem.writing.writer import Writer
    from graphmem_schemas import GivenExtraction

__all__ = ["Memory"]

DEFAULT_STORE = "graphmem.db"


class Memory(
    Answers, Facts, Cues, Runs, Lessons, Topics, Workspaces, Browsing, Upkeep, SpeaksCypher
):
    """Long-term memory of an agent: text in, cited context out.

    Args:
        store: a file ("agent.db"), "memory://", or an open store; None takes the environment's
            GRAPHMEM_STORE, else "graphmem.db" in the working folder.
        space: the tenant; nothing that is written or read here touches another space.
        embedder: None for the shipped encoder, "sentence-transformers:<name or path>",
            "openai:<model>", or an embedder of your own.
        extractor: None for the shipped English pipeline, "spacy:<name>", or your own.
        llm: None for none, "openai:<model>", or an LLM of your own; nothing needs one.
        clock: tells the time; None is the system's, in UTC.
        count_tokens: counts the tokens of a text as your model does, for the budgets of contexts;
            None estimates them.
        served: have the store search with its own indexes (Neo4j), for a space that this process
            need not hold; else its views are held here, which answers sooner.
        shown: keeps what was shown, for feedback; None is this memory, for as long as it is open.

    Raises:
        InvalidInput: The space, the store's address or a model cannot be used.
        StoreError: The store cannot be opened.
    """

    def __init__(  # noqa: PLR0913  # settings, all by their names
        self,
        store: str | Path | GraphStore | None = None,
        *,
        space: str = "default",
        embedder: str | Embedder | None = None,
        extractor: str | Extractor | None = None,
        llm: str | LLM | None = None,
        clock: Clock | None = None,
        count_tokens: TokenCounter | None = None,
        served: bool = False,
        shown: ShownRecalls | None = None,
    ) -> None:
        self.space = check_space(space)
        # Before the store, so that a wrong name leaves no empty file behind.
        self._models = LazyModels(embedder, extractor, llm, count_tokens)
        if store is None:
            store = os.environ.get("GRAPHMEM_STORE") or DEFAULT_STORE
        # A store that was handed over open is its owner's to close.
        self._owns_store = isinstance(store, str | Path)
        self._store = open_store(store) if isinstance(store, str | Path) else store
        if not hasattr(self._store, "apply"):
            raise InvalidInput(f"store must be a path, a URL or a store, not {store!r}")
        self._clock: Clock = clock or _system_clock
        self._reader = open_reader(
            self._store, self.space, self._models, self._clock, served=served, shown=shown
        )
        self._cypher = CypherReader(self._store, self.space)

    # Writing

    @property
    def _writer(self) -> Writer:
        # Here, for the modules of the write path take a thirtieth of what a first answer waits.
        from graphmem.writing.writer import Writer

        return Writer(self._store, self.space, self._models, self._clock)

    def add(
        self,
        content: Content,
        *,
        source: str | None = None,
        at: datetime | str | None = None,
        title: str | None = None,
        trust: float | None = None,
        progress: Progress | None = None,
    ) -> Receipt:
        """Remember a text, a conversation or documents. What the receipt lists is on disk.

        Adding the same again changes nothing; a conversation that has grown adds its new turns.

        Args:
            content: a text, a Path to a text file, a Document, messages ({"speaker", "text"} or
                {"role", "content"}, with "at" and "ref" where known), or several documents and
                conversations ({"messages", "source"}), which is quicker than one by one. A
                string is a text whatever it says, also where it looks like a path; only the bare
                name of a file or folder that is there is refused.
            source: name of the source; None takes the path, the uri or the content's hash.
            at: when it was said or written: ISO 8601 or datetime, UTC unless it says otherwise.
            title: what the text is about.
            trust: 0 to 1: how far the source is trusted; None takes what it was added with, and
                1 for a new one. What only one source below 0.5 says, and two others with twice
                its trust together exclude, is quarantined.
            progress: hears how far long work has come.

        Raises:
            InvalidInput: The content cannot be used; nothing has changed.
            NotFound: A path does not exist.
            StoreError: It could not be stored; nothing of the current source has changed.
        """
        texts = with_trust(accept(content, source=source, at=at, title=title), trust)
        seal(self._store, describe(self._models.embedder))
        return self._writer.add(texts, progress or _silent)

    def add_extracted(
        self,
        passages: Iterable[ExtractedPassage | Mapping[str, Any]],
        extractions: Iterable[GivenExtraction | Mapping[str, Any]],
        *,
        trust: float | None = None,
        progress: Progress | None = None,
    ) -> Receipt:
        """Remember passages with entities, triples and statements that someone else extracted.

        An extraction that cannot be used is reported by its index in the receipt's `rejected`;
        the rest goes in. Rows in it that say nothing are counted in the receipt's `notes`.

        Raises:
            InvalidInput: A passage cannot be used; nothing has changed.
        """
        from graphmem.writing.given import from_given, left_out, read_given

        texts = with_trust(accept_passages(passages), trust)
        refs = {turn.ref for text in texts for turn in text.turns if turn.ref}
        given, rejected = read_given(extractions, refs)
        seal(self._store, describe(self._models.embedder))
        receipt = self._writer.add_given(
            texts,
            lambda draft: from_given(draft.text, given.get(draft.ref or "")),
            progress or _silent,
        )
        problems = tuple(RejectedRow(index=i, reason=why) for i, why in rejected)
        notes = (*receipt.notes, *left_out(given.values()))
        return receipt.model_copy(update={"rejected": problems, "notes": notes})

    # Reading

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        as_of: datetime | str | None = None,
        kinds: Sequence[HitKind] | None = None,
        mode: SearchMode | None = None,
    ) -> Recall:
        """Find what answers the question, best first, or abstain with a reason.

        Args:
            question: in plain words.
            k: how many hits, 1 to 1,000.
            as_of: answer with what held then; None is now.
            kinds: kinds of hits wanted; passages unless said.
            mode: "latest" gives the facts that hold at that time, what tells of a change before
                what it changes, and of passages that answer alike the last one first; "all"
                those that held before as well, from all sources; "chronological" these in the
                order of time. None: what the question asks for.

        Raises:
            InvalidInput: The question is blank or a limit is out of range.
        """
        return self._reader.search(
            self._request(question, k=k, as_of=as_of, kinds=kinds, mode=mode)
        )

    def context(
        self, question: str, *, budget: int = 1_500, as_of: datetime | str | None = None
    ) -> Context:
        """Pack what answers the question into a text with citations for an LLM's prompt.

        Args:
            question: in plain words.
            budget: tokens that the text may take, 1 to 1,000,000.
            as_of: answer with what held then; None is now.

        Raises:
            InvalidInput: The question is blank, a limit is out of range, or `count_tokens` fails
                or gives no whole number of 0 or more.
        """
        return self._reader.context(self._request(question, budget=budget, as_of=as_of))

    def get(self, uid: str) -> Node:
        """Return the node.

        Raises:
            InvalidInput: The uid is no string.
            NotFound: The space has no such node.
        """
        return find_node(self._store, self.space, uid)

    def stats(self) -> Stats:
        """Count what the space holds."""
        counts = self._store.count(self.space)
        return Stats(
            space=self.space,
            seq=counts.seq,
            nodes=counts.nodes,
            edges=counts.edges,
            n_vectors=counts.n_vectors,
            store_bytes=self._store.size_bytes,
            embedder=read_seal(self._store),
        )

    # Carrying and keeping

    def export(self, path: str | Path, *, vectors: bool | None = None) -> int:
        """Write the whole space to a file; return the number of rows.

        Args:
            path: its ending chooses the format: .jsonl, .trig or .ttl (RDF), .graphml.
            vectors: whether they go along; None is yes in JSON Lines and no in RDF.
        """
        from graphmem.interop.files import export_space

        embedder = read_seal(self._store)
        return export_space(self._store, self.space, check_path(path), embedder, vectors)

    def import_(self, path: str | Path) -> int:
        """Read a .jsonl, .trig or .ttl file of `export` into this space; return its rows.

        Raises:
            NotFound: There is no such file.
            InvalidInput: A row is not what it should be, or its vectors are of another
                embedder; nothing has changed.
        """
        from graphmem.interop.files import import_space
        from graphmem.views.space import is_large

        check = partial(seal, self._store)
        n_rows = import_space(self._store, self.space, check_path(path), check)
        if is_large(self._store.count(self.space).n_vectors):
            self._reader.complete()
        return n_rows

    def import_from(
        self,
        peer: str,
        where: str | Path,
        *,
        group: str | None = None,
        progress: Progress | None = None,
    ) -> Receipt:
        """Take in what another memory holds; doing it again adds what is new there.

        Args:
            peer: "graphiti" or "mem0".
            where: URL of the Neo4j that Graphiti filled ("neo4j" for NEO4J_URI), or mem0's JSON.
            group: the `group_id` or user whose memory it is; needed where there are several.
            progress: hears how far long work has come.

        Raises:
            InvalidInput: It is none of both, or no such group is there; nothing has changed.
            NotFound: There is no such file.
            MissingExtra: The Neo4j driver is not installed.
            StoreError: The Neo4j cannot be reached, or it could not be stored.
        """
        from graphmem.importing import read_peer, take_in

        foreign = read_peer(peer, where, group)
        seal(self._store, describe(self._models.embedder))
        return take_in(foreign, self._writer, progress or _silent)

    def graph(self, library: str = "networkx") -> Any:
        """Return a copy of the space as a graph of "networkx" or "igraph", with all attributes.

        Raises:
            InvalidInput: It is neither of them.
            MissingExtra: igraph is not installed.
        """
        from graphmem.interop.files import graph_of

        return graph_of(self._store, self.space, library)

    def rebuild(self, what: str = "views", *, progress: Progress | None = None) -> int:
        """Make the views anew from the store, or all vectors with the current embedder.

        Args:
            what: "views" or "vectors".
            progress: hears how far long work has come.

        Returns:
            The number of passages that were worked on.

        Raises:
            InvalidInput: There is nothing of that name to rebuild.
        """
        if what not in ("views", "vectors"):
            raise InvalidInput(f"cannot rebuild {what!r}: there are 'views' and 'vectors'")
        n_passages = 0
        if what == "vectors":
            from graphmem.writing.reembed import reembed

            embedder = self._models.embedder
            break_seal(self._store, describe(embedder))
            n_passages = reembed(self._store, embedder, progress or _silent)
            write_seal(self._store, describe(embedder))
        self._reader.rebuild()
        return n_passages or self._store.count(self.space).nodes.get("Passage", 0)

    def close(self) -> None:
        """Keep the views for the next start and release the store; closing twice is fine."""
        self._reader.close()
        self._cypher.close()
        if self._owns_store:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _system_clock() -> datetime:
    return datetime.now(UTC)


def _silent(stage: str, done: int, total: int) -> None:
    """Hear nothing."""
