"""Clients that add without end, and note what was acknowledged."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import httpx

from scripts.kill_server.writes import Sent, draw

__all__ = ["Clients", "Told"]

_PAUSE_S = 0.04
_TIMEOUT_S = 60.0


@dataclass(slots=True)
class Told:
    """What was seen.

    Attributes:
        sent: every write that may have arrived, by the name of its first source.
        acknowledged: the job of each that was acknowledged, by the same.
        problems: what no client should see.
    """

    sent: dict[str, Sent] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)
    n_refused: int = 0
    problems: list[str] = field(default_factory=list)


class Clients:
    """Some threads; each adds to the spaces in turn.

    A write with an Idempotency-Key whose answer did not come is sent again until it does, as
    clients do; one without is given up, and may be there or not.

    Args:
        url: of the server, which may be away for a while.
        spaces: into which they add.
        n: how many.
    """

    def __init__(self, url: str, spaces: tuple[str, ...], n: int) -> None:
        self._url, self._spaces = url, spaces
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self.told = Told()
        self._threads = [threading.Thread(target=self._run, args=(at,)) for at in range(n)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Have each end after the write that it is at; the server must be there for that."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, client: int) -> None:
        n = 0
        with httpx.Client(base_url=self._url, timeout=_TIMEOUT_S) as http:
            while not self._stopping.is_set():
                sent = draw(client, n, self._spaces[n % len(self._spaces)])
                with self._lock:
                    self.told.sent[sent.names[0]] = sent
                # One of them waits for receipts; he sends no more while the server is away.
                self._send(http, sent, wait=client == 0 and n % 4 == 0)
                n += 1
                self._stopping.wait(_PAUSE_S)

    def _send(self, http: httpx.Client, sent: Sent, *, wait: bool) -> None:
        headers = {"Idempotency-Key": sent.key} if sent.key else {}
        path = f"/v1/{sent.space}/{sent.path}" + ("?wait=true" if wait else "")
        while True:
            try:
                answer = http.post(path, json=sent.body, headers=headers)
            except httpx.TransportError:
                if sent.key is None:
                    return
                time.sleep(0.1)
            else:
                break
        with self._lock:
            if answer.status_code in (200, 201, 202):
                job = answer.headers["location"].rpartition("/")[2]
                self.told.acknowledged[sent.names[0]] = job
            elif answer.status_code in (429, 503):
                self.told.n_refused += 1
            else:
                self.told.problems.append(f"{answer.status_code} {answer.text[:300]}")
