"""AsyncMemory: `Memory` for programs with an event loop. Same methods, one implementation."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial, wraps
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar

from graphmem.core.points import Point
from graphmem.errors import StoreUnavailable
from graphmem.memory import Memory
from graphmem.reading.workspace import Workspace

__all__ = ["AsyncMemory", "AsyncWorkspace", "Opening"]

_log = logging.getLogger("graphmem")

P = ParamSpec("P")
R = TypeVar("R")


class _Closable(Protocol):
    async def close(self) -> None: ...


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
C = TypeVar("C", bound=_Closable)


class Opening(Generic[C]):
    """Something that is opened in a thread: `await` it, or use it in an `async with` block.

    Args:
        make: opens it.
    """

    def __init__(self, make: Callable[[], Awaitable[C]]) -> None:
        self._make = make
        self._opened: list[C] = []

    def __await__(self) -> Generator[Any, None, C]:
        return self._make().__await__()

    async def __aenter__(self) -> C:
        opened = await self._make()
        self._opened.append(opened)
        return opened

    async def __aexit__(self, *_: object) -> None:
        await self._opened.pop().close()


class _Threads:
    """Runs calls in threads for tasks of any event loop, and knows which are under way.

    Args:
        pool: where they run.
        owned: whether it ends with this.
    """

    def __init__(self, pool: ThreadPoolExecutor, *, owned: bool) -> None:
        self._pool, self._owned = pool, owned
        self._jobs: set[Future[Any]] = set()
        self._last: Future[None] | None = None
        self._lock = threading.Lock()

    async def run(self, call: Callable[[], R]) -> R:
        """Return what the call returns.

        Who is cancelled while it waits for a thread has called nothing; a call that has begun
        goes on to its end.

        Raises:
            StoreUnavailable: It was closed.
        """
        context = contextvars.copy_context()
        with self._lock:
            if self._last is not None:
                raise StoreUnavailable("this memory has been closed; open it again")
            job = self._pool.submit(context.run, call)
            self._jobs.add(job)
        job.add_done_callback(self._forget)
        try:
            return await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            self._tell_of(job)
            raise

    @property
    def under_way(self) -> tuple[Future[Any], ...]:
        """Calls that wait for a thread or have begun, also where nobody waits for them."""
        with self._lock:
            return tuple(self._jobs)

    async def end(self, last: Callable[[], None]) -> None:
        """Wait for the calls that have begun, and make the last one; once, whoever asks again.

        It goes on also where the one that waits is cancelled.
        """
        with self._lock:
            if self._last is None:
                # Those before it have threads already, so it cannot keep one from them.
                self._last = self._pool.submit(_finish, tuple(self._jobs), last)
                if self._owned:
                    self._pool.shutdown(wait=False)
        await _ended(self._last)

    def _tell_of(self, job: Future[Any]) -> None:
        """Say how a call ends that nobody waits for; who closes waits until that is said."""
        told: Future[None] = Future()
        with self._lock:
            self._jobs.discard(job)
            self._jobs.add(told)
        told.add_done_callback(self._forget)

        def tell(_: Future[Any]) -> None:
            _tell_of_failure(job)
            told.set_result(None)

        job.add_done_callback(tell)

    def _forget(self, job: Future[Any]) -> None:
        with self._lock:
            self._jobs.discard(job)


class _Awaited(Generic[T_co]):
    """An object whose methods block, and the threads that call them."""

    def __init__(self, blocking: T_co, threads: _Threads) -> None:
        self._blocking = blocking
        self._threads = threads


def _in_thread(
    method: Callable[Concatenate[T, P], R],
) -> Callable[Concatenate[_Awaited[T], P], Coroutine[Any, Any, R]]:
    """Return a method that has a thread call the blocking one."""

    @wraps(method)
    async def call(self: _Awaited[T], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._threads.run(partial(method, self._blocking, *args, **kwargs))

    return call


class AsyncWorkspace(_Awaited[Workspace]):
    """A working memory whose methods are awaited; see `Workspace`.

    Its calls run one after the other, whoever makes them.
    """

    def __init__(self, workspace: Workspace) -> None:
        # A workspace is for one thread.
        super().__init__(workspace, _Threads(ThreadPoolExecutor(1, "graphmem"), owned=True))

    @property
    def question(self) -> str:
        """What it is about."""
        return self._blocking.question

    @property
    def rounds(self) -> int:
        """How many rounds `work` does at most."""
        return self._blocking.rounds

    @property
    def notes(self) -> list[str]:
        """What an LLM said that could not be used, and which of its calls failed."""
        return self._blocking.notes

    @property
    def drafted(self) -> set[str]:
        """Uids of the facts, events and hyperedges that became points."""
        return self._blocking.drafted

    @property
    def points(self) -> tuple[Point, ...]:
        """What is known, in the order in which it came."""
        return self._blocking.points

    @property
    def seen(self) -> tuple[str, ...]:
        """Uids of the passages that were looked at, in the order in which they came."""
        return self._blocking.seen

    explore = _in_thread(Workspace.explore)
    local = _in_thread(Workspace.local)
    insert = _in_thread(Workspace.insert)
    adopt = _in_thread(Workspace.adopt)
    update = _in_thread(Workspace.update)
    merge = _in_thread(Workspace.merge)
    remove = _in_thread(Workspace.remove)
    work = _in_thread(Workspace.work)
    read = _in_thread(Workspace.read)
    keep = _in_thread(Workspace.keep)

    async def close(self) -> None:
        """Drop everything that was not kept; closing twice is fine."""
        await self._threads.end(self._blocking.close)


def _opens_workspace(
    method: Callable[Concatenate[Memory, P], Workspace],
) -> Callable[Concatenate[_Awaited[Memory], P], Opening[AsyncWorkspace]]:
    """Return a method that opens a working memory in a thread."""

    @wraps(method)
    def call(
        self: _Awaited[Memory], /, *args: P.args, **kwargs: P.kwargs
    ) -> Opening[AsyncWorkspace]:
        async def make() -> AsyncWorkspace:
            opened = await self._threads.run(partial(method, self._blocking, *args, **kwargs))
            return AsyncWorkspace(opened)

        return Opening(make)

    return call


def _opens_memory(open_: Callable[P, Memory]) -> Callable[P, Opening[AsyncMemory]]:
    """Return a function that opens a memory in a thread."""

    @wraps(open_, assigned=("__doc__",), updated=())
    def call(*args: P.args, **kwargs: P.kwargs) -> Opening[AsyncMemory]:
        async def make() -> AsyncMemory:
            thread = ThreadPoolExecutor(1, "graphmem")
            job = thread.submit(contextvars.copy_context().run, partial(open_, *args, **kwargs))
            thread.shutdown(wait=False)
            try:
                return AsyncMemory(await asyncio.wrap_future(job))
            except asyncio.CancelledError:
                job.add_done_callback(_close_unwanted)
                raise

        return Opening(make)

    return call


class AsyncMemory(_Awaited[Memory]):
    """A memory whose methods are awaited; see `Memory` for what each of them does.

    They run in threads of its own, so that the event loop is never held up; tasks of several
    loops may share it. Who is cancelled while a call waits for its thread has called nothing; a
    call that has begun goes on to its end, so that a write is there whole or not at all, and
    `close` waits for it. Callbacks such as `progress` are called in the thread, with the
    caller's context variables.

    Args:
        memory: does the work; it is closed with this.
        pool: threads that several memories share, and whose owner ends them; None: its own,
            a few more than there are processors.
    """

    def __init__(self, memory: Memory, pool: ThreadPoolExecutor | None = None) -> None:
        threads = pool or ThreadPoolExecutor(thread_name_prefix="graphmem")
        super().__init__(memory, _Threads(threads, owned=pool is None))

    open = staticmethod(_opens_memory(Memory))

    @property
    def memory(self) -> Memory:
        """The one that does the work."""
        return self._blocking

    @property
    def space(self) -> str:
        """Whose memory it is."""
        return self._blocking.space

    @property
    def under_way(self) -> tuple[Future[Any], ...]:
        """Calls that are not through, also those whose callers were cancelled."""
        return self._threads.under_way

    async def run(self, call: Callable[[Memory], R]) -> R:
        """Return what a call does with the memory, in one of the threads."""
        return await self._threads.run(partial(call, self._blocking))

    # Writing

    add = _in_thread(Memory.add)
    add_extracted = _in_thread(Memory.add_extracted)
    add_run = _in_thread(Memory.add_run)
    add_prescriptions = _in_thread(Memory.add_prescriptions)
    define = _in_thread(Memory.define)
    load_concepts = _in_thread(Memory.load_concepts)
    feedback = _in_thread(Memory.feedback)

    # Reading

    search = _in_thread(Memory.search)
    context = _in_thread(Memory.context)
    answer = _in_thread(Memory.answer)
    recall = _in_thread(Memory.recall)
    workspace = _opens_workspace(Memory.workspace)
    get = _in_thread(Memory.get)
    stats = _in_thread(Memory.stats)
    cypher = _in_thread(Memory.cypher)
    query = _in_thread(Memory.query)

    # Looking around

    browse = _in_thread(Memory.browse)
    neighbours = _in_thread(Memory.neighbours)
    evidence = _in_thread(Memory.evidence)
    sources = _in_thread(Memory.sources)

    # Facts, lessons, topics

    current = _in_thread(Memory.current)
    history = _in_thread(Memory.history)
    support = _in_thread(Memory.support)
    predicates = _in_thread(Memory.predicates)
    quarantined = _in_thread(Memory.quarantined)
    release = _in_thread(Memory.release)
    similar = _in_thread(Memory.similar)
    insights = _in_thread(Memory.insights)
    prescriptions = _in_thread(Memory.prescriptions)
    concepts = _in_thread(Memory.concepts)
    about = _in_thread(Memory.about)

    # Keeping in order

    delete = _in_thread(Memory.delete)
    retire = _in_thread(Memory.retire)
    merge = _in_thread(Memory.merge)
    undo = _in_thread(Memory.undo)
    consolidate = _in_thread(Memory.consolidate)
    rebuild = _in_thread(Memory.rebuild)

    # Carrying and keeping

    export = _in_thread(Memory.export)
    import_ = _in_thread(Memory.import_)
    import_from = _in_thread(Memory.import_from)
    graph = _in_thread(Memory.graph)

    async def close(self) -> None:
        """Wait for calls that have begun, keep the views and release the store.

        Closing twice is fine; it goes on also where the one that waits is cancelled.
        """
        await self._threads.end(self._blocking.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _finish(jobs: tuple[Future[Any], ...], last: Callable[[], None]) -> None:
    wait(jobs)
    last()


async def _ended(job: Future[None]) -> None:
    """Wait for a job that goes on without the one that waits, and longer than his loop."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def tell(_: Future[None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(done.set)

    job.add_done_callback(tell)
    await done.wait()
    job.result()


def _close_unwanted(job: Future[Memory]) -> None:
    """Close a memory that nobody waits for any more."""
    if not job.cancelled() and job.exception() is None:
        job.result().close()


def _tell_of_failure(job: Future[Any]) -> None:
    """Say what became of a call whose caller was cancelled, where it failed."""
    if not job.cancelled() and (error := job.exception()) is not None:
        _log.warning("a call failed after its caller was cancelled: %s", error)
