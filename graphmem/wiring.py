"""What one space is read with: its views and the engine over them, made when first needed.

Two ways. A space that is held has views in this process, which follow the store. A space that is
served is searched by its store; each question has small views of its own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from graphmem.core.aside import Aside
from graphmem.core.collector import collector_paused
from graphmem.errors import GraphMemError, InvalidInput
from graphmem.models.seal import check_seal, describe
from graphmem.ports import (
    CandidateServer,
    Capability,
    Clock,
    Embedder,
    Float32,
    GraphStore,
    Models,
    Preloadable,
    ShownRecalls,
    WalkGraph,
)
from graphmem.ports.lessons import LessonIndex
from graphmem.reading.shown import Shown
from graphmem_schemas import Context, Recall, SearchRequest

if TYPE_CHECKING:
    from graphmem.reading.engine import Engine
    from graphmem.views.judged import JudgedView
    from graphmem.views.lessons import LessonView
    from graphmem.views.served import ServedSpace
    from graphmem.views.space import SpaceViews

__all__ = ["HeldReader", "ServedReader", "open_reader"]

_log = logging.getLogger("graphmem")


def open_reader(
    store: GraphStore,
    space: str,
    models: Models,
    clock: Clock,
    *,
    served: bool,
    shown: ShownRecalls | None = None,
) -> HeldReader | ServedReader:
    """Choose the way in which a space is read; nothing is loaded yet.

    Args:
        served: whether the store searches it.
        shown: keeps what is shown; None has the reader do so.

    Raises:
        InvalidInput: The store cannot serve.
    """
    if not served:
        return HeldReader(store, space, models, clock, shown)
    if Capability.SERVED not in store.capabilities:
        raise InvalidInput("served=True needs a store with indexes of its own, such as neo4j://")
    return ServedReader(cast(CandidateServer, store), space, models, clock, shown)


class _Reader:
    """What both ways have: the few lessons of a space are held in any case.

    Attributes:
        shown: what was shown lately, for feedback.
    """

    def __init__(
        self, store: GraphStore, space: str, models: Models, shown: ShownRecalls | None
    ) -> None:
        self.shown = shown or Shown()
        self._lesson_home = (store, space, models)
        self._lesson_lock = threading.Lock()
        self._lesson_view: LessonView | None = None

    def lessons(self) -> LessonIndex:
        """Return the runs, insights and prescriptions of the space, as the store has them now."""
        from graphmem.views.lessons import LessonView
        from graphmem.views.snapshot import folder_of

        store, space, models = self._lesson_home
        with self._lesson_lock:
            view = self._lesson_view
            if view is None:
                home = store.views_folder
                folder = folder_of(space, home) if home else None
                view = self._lesson_view = LessonView(space, folder, models)
            view.refresh(store)
            return view

    def _drop_lessons(self, *, keep: bool) -> None:
        """Let go of the lessons, and keep their vectors for the next start where that is wanted.

        What cannot be kept is made anew next time, so that it is logged and not raised.
        """
        with self._lesson_lock:
            view, self._lesson_view = self._lesson_view, None
            if view is None or not keep:
                return
            try:
                view.refresh(self._lesson_home[0])
                view.save(self._lesson_home[0])
            except GraphMemError as error:
                _log.warning("vectors of lessons are not kept and will be remade: %s", error)


class HeldReader(_Reader):
    """Reads a space whose views are in this process. Safe to use from many threads."""

    def __init__(
        self,
        store: GraphStore,
        space: str,
        models: Models,
        clock: Clock,
        shown: ShownRecalls | None = None,
    ) -> None:
        super().__init__(store, space, models, shown)
        self._store, self._space, self._models, self._clock = store, space, models, clock
        self._lock = threading.Lock()
        self._views: SpaceViews | None = None
        self._engine: Engine | None = None

    def search(self, request: SearchRequest) -> Recall:
        """Return the best hits with reasons."""
        return self.shown.note(self._reader().search(request))

    def context(self, request: SearchRequest) -> Context:
        """Return a text with citations."""
        context = self._reader().context(request)
        self.shown.note(context.recall, (cited.passage for cited in context.citations))
        return context

    def near(self, uids: Sequence[str]) -> dict[str, float]:
        """Return what a walk from the nodes comes to: its share of time at each passage."""
        from graphmem.reading.spread import spread

        engine = self._reader()
        engine.catch_up()
        return spread(engine.walk, dict.fromkeys(uids, 1.0)).mass

    def complete(self) -> None:
        """Catch up, with all that a large space wants, and keep the views."""
        with self._lock:
            self._open_views().complete(self._store)

    def forget(self) -> None:
        """Let go of what the store has no more, in this process and on disk."""
        from graphmem.views.snapshot import discard

        # Nothing of what is gone may lie on disk until the views are made anew.
        discard(self._space, self._store.views_folder)
        with self._lock:
            if self._views is not None:
                self._views.refresh(self._store)

    def rebuild(self) -> None:
        """Make the views anew from the store, and keep them."""
        with self._lock:
            self._views = self._engine = None
            views = self._open_views()
            views.discard()
            self._drop_lessons(keep=False)
            views.complete(self._store)

    def close(self) -> None:
        """Keep the views for the next start; closing twice is fine."""
        with self._lock:
            if self._views is not None:
                self._views.save(self._store)
            self._views = self._engine = None
        self._drop_lessons(keep=True)

    def _reader(self) -> Engine:
        """Return the engine, which catches up with the store before it answers."""
        with self._lock:
            if self._engine is None or self._views is None:
                check_seal(self._store, describe(self._models.embedder))
                _preload(self._models.embedder)
                self._engine = self._open_engine()
            return self._engine

    def _open_engine(self) -> Engine:
        with collector_paused():  # modules are many objects, and all of them stay
            from graphmem.reading.engine import Engine

            views = self._open_views()
        # Here and not beside the encoder: what a thread frees, others cannot use.
        views.refresh(self._store)
        return Engine(
            self._store, views.nodes or self._store, self._space,
            views.text, views.vectors, views.adjacency,
            partial(self._catch_up, views), self._models.embedder, self._clock,
            remote=views.nodes is not None, judgements=views.judged,
            facts=partial(self._facts, views), count_tokens=self._models.count_tokens,
        )  # fmt: skip

    def _catch_up(self, views: SpaceViews) -> tuple[int, str]:
        """Bring an engine's views up to the store, in turn with whoever keeps or drops them."""
        with self._lock:
            return views.refresh(self._store)

    def _facts(self, views: SpaceViews) -> WalkGraph:
        """Return the links of all that is no passage, in turn with whoever keeps or drops them."""
        with self._lock:
            return views.facts(self._store)

    def _open_views(self) -> SpaceViews:
        from graphmem.views.space import SpaceViews

        if self._views is None:
            embedder = self._models.embedder
            self._views = SpaceViews(
                self._space,
                embedder.dimension,
                self._store.views_folder,
                remote=Capability.REMOTE in self._store.capabilities,
                asked=(partial(_embed_asked, embedder), embedder.name),
            )
        return self._views


class ServedReader(_Reader):
    """Reads a space where it lies: nothing is held but links that walks came across."""

    def __init__(
        self,
        store: CandidateServer,
        space: str,
        models: Models,
        clock: Clock,
        shown: ShownRecalls | None = None,
    ) -> None:
        super().__init__(store, space, models, shown)
        self._store, self._name, self._models, self._clock = store, space, models, clock
        self._lock = threading.Lock()
        self._space: ServedSpace | None = None
        self._judged: JudgedView | None = None

    def search(self, request: SearchRequest) -> Recall:
        """Return the best hits with reasons."""
        return self.shown.note(self._engine_for(request).search(request))

    def context(self, request: SearchRequest) -> Context:
        """Return a text with citations."""
        context = self._engine_for(request).context(request)
        self.shown.note(context.recall, (cited.passage for cited in context.citations))
        return context

    def near(self, uids: Sequence[str]) -> dict[str, float]:
        """Return what a walk from the nodes comes to: its share of time at each passage."""
        from graphmem.reading.spread import spread

        walk = self._open_space().walk
        walk.refresh(self._store)
        return spread(walk, dict.fromkeys(uids, 1.0)).mass

    def complete(self) -> None:
        """Do nothing: the store keeps its indexes itself."""

    def forget(self) -> None:
        """Let go of what the store has no more, in this process and on disk."""
        from graphmem.views.snapshot import discard

        discard(self._name, self._store.views_folder)
        self.rebuild()

    def rebuild(self) -> None:
        """Forget the links that are held."""
        with self._lock:
            self._space = None
        self._drop_lessons(keep=False)

    def close(self) -> None:
        """Forget the links that are held; closing twice is fine."""
        self._drop_lessons(keep=True)
        self.rebuild()

    def _engine_for(self, request: SearchRequest) -> Engine:
        """Return an engine over what the store proposes for this one question."""
        from graphmem.reading.analyse import analyse
        from graphmem.reading.engine import Engine

        space = self._open_space()
        question = analyse(request.question, request.as_of, self._clock())
        embedder = self._models.embedder
        vector = embedder.embed([question.text])[0]
        views = space.views(question.query, vector)
        known = _Known(embedder.name, embedder.dimension, embedder, question.text, vector)
        return Engine(
            self._store, self._store, self._name, views.text, views.vectors, views.walk,
            lambda: views.walk.seq, known, self._clock, count_tokens=self._models.count_tokens,
            judgements=self._judged_at(views.walk.seq), facts=space.facts,
        )  # fmt: skip

    def _judged_at(self, seq: int) -> JudgedView:
        """Return what was said of hits by a commit: a row a question, so that it is held."""
        from graphmem.views.judged import JudgedView

        with self._lock:
            if self._judged is None:
                embedder = self._models.embedder
                embed = partial(_embed_asked, embedder)
                self._judged = JudgedView(self._name, None, embed, embedder.name)
            # The walk has just asked the server for its number.
            if self._judged.seq != seq:
                self._judged.refresh(self._store)
            return self._judged

    def _open_space(self) -> ServedSpace:
        from graphmem.views.served import ServedSpace
        from graphmem.views.space import WALK_KINDS

        with self._lock:
            if self._space is None:
                check_seal(self._store, describe(self._models.embedder))
                self._space = ServedSpace(self._store, self._name, WALK_KINDS)
            return self._space


def _preload(embedder: Embedder) -> None:
    """Load the model beside the modules and views that the first question waits for as well."""
    if isinstance(embedder, Preloadable):
        # What goes wrong is raised where the question is embedded, which tries it again.
        Aside().start(embedder.preload)


def _embed_asked(embedder: Embedder, questions: Sequence[str]) -> Float32:
    """Return (n, d) the vectors that questions have where they are asked."""
    from graphmem.reading.analyse import asked

    return embedder.embed([asked(question) for question in questions])


@dataclass(slots=True, eq=False)
class _Known:
    """An embedder that has embedded a question already."""

    name: str
    dimension: int
    embedder: Embedder
    question: str
    vector: Float32

    def embed(self, texts: Sequence[str]) -> Float32:
        """Return (n, d) the vectors; that of the question is not made again."""
        rest = [text for text in texts if text != self.question]
        vectors = iter(self.embedder.embed(rest)) if rest else iter(())
        rows = [self.vector if text == self.question else next(vectors) for text in texts]
        return np.stack(rows)
