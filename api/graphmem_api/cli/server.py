"""Runs the app: one process, or several that share one socket."""

from __future__ import annotations

import atexit
import gc
import json
import logging
import math
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import uvicorn

from graphmem.cli.session import Session
from graphmem.errors import InvalidInput
from graphmem.models.loading import LazyModels
from graphmem.stores.registry import open_store
from graphmem_api.cli.listening import TAKEN_AT_ONCE, WAITING, listen_on
from graphmem_api.cli.protocol import BoundedProtocol
from graphmem_api.cli.workers import Workers
from graphmem_api.observe.logs import set_up_logs
from graphmem_api.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["run_server"]

# A worker that loads models or compiles loops answers nobody for a while, and is not hung.
_WORKER_PATIENCE_S = 120
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@dataclass(frozen=True, slots=True)
class _Factory:
    """Makes the app in whichever process serves it; settings reach a worker with it."""

    settings: Settings

    @property
    def patience_s(self) -> float:
        """How long the protocol waits for a request."""
        return self.settings.limits.request_s

    def __call__(self) -> FastAPI:
        # Not sooner: metrics of several processes need a folder that is there before.
        from graphmem_api.app import create_app
        from graphmem_api.observe.tracing import set_up_spans

        set_up_logs(as_json=self.settings.json_logs)
        set_up_spans()
        # Else Python looks through all of a model for garbage before it ends: most of a second.
        atexit.register(gc.freeze)
        if multiprocessing.parent_process() is not None:
            threading.Thread(target=_end_with_parent, daemon=True).start()
        return create_app(self.settings, _leave, warm=True)


def run_server(settings: Settings, session: Session) -> None:
    """Serve until a signal comes; work that was begun is finished, for up to `shutdown_s`.

    Raises:
        InvalidInput: The address cannot be listened on, or not without keys; a model is unknown.
        StoreError: The store cannot be opened.
    """
    # Here, so that what is wrong is one line and not the trace of a process.
    LazyModels(settings.embedder, settings.extractor, settings.llm)
    with _metrics_folder(settings.workers):
        asks = _asks_for_keys(settings)
        listening = listen_on(settings.host, settings.port, shared=settings.workers > 1)
        _tell(listening, settings, session, asks=asks)
        config = uvicorn.Config(_Factory(settings), factory=True, **_options(settings))
        # Whoever stops a server has no failure to look at.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with suppress(KeyboardInterrupt), listening:
            if settings.workers > 1:
                set_up_logs(as_json=settings.json_logs)
                Workers(config, sockets=[listening]).run()
            else:
                uvicorn.Server(config).run(sockets=[listening])


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "http": BoundedProtocol,
        "ws": "none",
        "loop": "asyncio",
        "workers": settings.workers,
        "backlog": TAKEN_AT_ONCE if settings.workers > 1 else WAITING,
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "timeout_graceful_shutdown": math.ceil(settings.shutdown_s),
        "timeout_worker_healthcheck": _WORKER_PATIENCE_S,
        "h11_max_incomplete_event_size": settings.limits.head_bytes,
        "limit_concurrency": settings.limits.connections,
    }


def _asks_for_keys(settings: Settings) -> bool:
    """Say whether keys are asked for, and refuse to let a network in without them."""
    from graphmem_api.access.gate import Gate, is_loopback

    with closing(open_store(settings.store)) as store:
        asks = Gate(settings, store).asks_for_keys
    if not asks and not is_loopback(settings.host):
        raise InvalidInput(
            f"without keys the server listens on loopback only, not on {settings.host}: "
            "`graphmem keys create` makes a key, --jwt-issuer takes tokens"
        )
    return asks


def _tell(listening: socket.socket, settings: Settings, session: Session, *, asks: bool) -> None:
    host, port = listening.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if session.as_json:
        # `url` first: whoever starts a server on a free port waits for this line.
        told = {"url": url, "pid": os.getpid(), "keys": asks}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    rule = (
        "every call needs a key"
        if asks
        else "no key is asked for, so only this machine can call; `graphmem keys create` makes one"
    )
    session.say(f"graphmem: {url} serves {Session(store=settings.store).shown}; {rule}")


@contextmanager
def _metrics_folder(workers: int) -> Iterator[None]:
    """Give several processes a folder for their metrics, so that one can tell of all."""
    if workers == 1 or os.environ.get(_METRICS_FOLDER):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="graphmem-metrics-") as folder:
        os.environ[_METRICS_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[_METRICS_FOLDER]


def _leave() -> None:
    """End the process though threads are at work.

    Python would wait for some without end, and break off others amid a library's C++, which
    aborts the process. What was acknowledged is on disk, and what was not is as if the process
    had been killed.
    """
    logging.shutdown()
    os._exit(0)


def _end_with_parent() -> None:
    """A worker whose parent was killed would hold the address for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
