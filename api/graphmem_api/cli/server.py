"""Runs the app: one process, or several that share one socket."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import signal
import socket
import sys
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from graphmem.cli.session import Session
from graphmem.errors import InvalidInput
from graphmem.models.loading import LazyModels
from graphmem.stores.registry import open_store
from graphmem_api.app import create_app
from graphmem_api.settings import Settings

__all__ = ["run_server"]

# A worker that loads models or compiles loops answers nobody for a while, and is not hung.
_WORKER_PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class _Factory:
    """Makes the app in whichever process serves it; settings reach a worker with it."""

    settings: Settings

    def __call__(self) -> FastAPI:
        if multiprocessing.parent_process() is not None:
            threading.Thread(target=_end_with_parent, daemon=True).start()
        return create_app(self.settings)


def run_server(settings: Settings, session: Session) -> None:
    """Serve until a signal comes; work that was begun is finished, for up to `shutdown_s`.

    Raises:
        InvalidInput: The address cannot be listened on, or a model is unknown.
        StoreError: The store cannot be opened.
    """
    # Here, so that what is wrong is one line and not the trace of a process.
    LazyModels(settings.embedder, settings.extractor, settings.llm)
    with closing(open_store(settings.store)):
        pass
    listening = _listen(settings.host, settings.port)
    _tell(listening, session)
    config = uvicorn.Config(_Factory(settings), factory=True, **_options(settings))
    # Whoever stops a server has no failure to look at.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt), listening:
        if settings.workers > 1:
            Multiprocess(config, sockets=[listening]).run()
        else:
            uvicorn.Server(config).run(sockets=[listening])


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "http": "h11",
        "ws": "none",
        "loop": "asyncio",
        "workers": settings.workers,
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


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise InvalidInput(
            f"cannot listen on {host} port {port}: {error.strerror or error}; "
            "--host and --port name another address"
        ) from error


def _tell(listening: socket.socket, session: Session) -> None:
    host, port = listening.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if session.as_json:
        sys.stdout.write(json.dumps({"url": url, "pid": os.getpid()}) + "\n")
        sys.stdout.flush()
    session.say(f"graphmem: {url} serves {session.shown}; no key is asked for")


def _end_with_parent() -> None:
    """A worker whose parent was killed would hold the address for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
