"""The socket that a server listens on, shared by its processes."""

from __future__ import annotations

import socket
import time
from multiprocessing.reduction import DupFd
from typing import Any
from weakref import WeakSet

from graphmem.errors import InvalidInput

__all__ = ["TAKEN_AT_ONCE", "WAITING", "ListeningSocket", "listen_on"]

TAKEN_AT_ONCE = 1
"""How many connections a process takes before it looks at anything else.

Clients that come together would else all go to the process that wakes first, and as they keep
their connections, the others would have nothing to do.
"""
WAITING = 1024
"""How many connections may wait to be taken."""
_HESITATE_S, _LONGEST_S = 1e-5, 2.5e-4


class ListeningSocket(socket.socket):
    """Deals connections out to the processes that share it, without these knowing each other.

    All of them wake when somebody comes. Who holds many connections hesitates longer, so that
    who holds few is there first.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._held: WeakSet[socket.socket] = WeakSet()

    @property
    def n_held(self) -> int:
        """How many connections that were taken here are open."""
        return sum(one.fileno() >= 0 for one in self._held)

    def accept(self) -> tuple[socket.socket, Any]:
        """Take a connection; see `socket.socket.accept`."""
        if n := self.n_held:
            time.sleep(min(n * _HESITATE_S, _LONGEST_S))
        taken, address = super().accept()
        self._held.add(taken)
        return taken, address

    def listen(self, backlog: int = WAITING, /) -> None:
        """Let connections wait, though few are taken: an event loop has one number for both."""
        super().listen(max(backlog, WAITING))

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process, as other sockets do."""
        return _shared, (DupFd(self.fileno()), self.family, self.type, self.proto)


def listen_on(host: str, port: int, *, shared: bool) -> socket.socket:
    """Listen at an address.

    Args:
        host: of this machine.
        port: 0 is any that is free.
        shared: whether several processes take from it.

    Raises:
        InvalidInput: It cannot be listened on.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        made = socket.create_server((host, port), family=family, backlog=WAITING)
    except OSError as error:
        raise InvalidInput(
            f"cannot listen on {host} port {port}: {error.strerror or error}; "
            "--host and --port name another address"
        ) from error
    # The event loop does so for sockets of its own making; without, each answer waits 40 ms.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return ListeningSocket(made.family, made.type, made.proto, made.detach()) if shared else made


def _shared(given: Any, *kind: int) -> ListeningSocket:
    return ListeningSocket(*kind, given.detach())
