"""A folder of servers that belong to one process and do not outlive it, however it ends."""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from scripts.neo4j_server.distribution import NotPossible
from scripts.neo4j_server.locks import exclusive, is_held
from scripts.neo4j_server.server import Neo4jServer, detach

__all__ = ["Room", "start_in"]

ROOT = Path(__file__).resolve().parents[2]


class Room:
    """Made by the process to which the servers belong; whoever knows its path may start one."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="graphmem-neo4j-"))
        self._held = ExitStack()
        self._held.enter_context(exclusive(self.path / "owner.lock"))

    def close(self) -> None:
        """End the servers and remove the folder."""
        _clear(self.path)
        self._held.close()


def start_in(room: Path, name: str) -> Neo4jServer:
    """Start a server in a room, or find the one of that name that somebody else started.

    Raises:
        NotPossible: as `Neo4jServer.start`; or the owner of the room is gone.
    """
    server = Neo4jServer(room / name, quick=True)
    if is_held(room / "owner.lock"):
        with exclusive(room / "starting.lock"):
            # Asked again: whoever clears the room holds the lock that was waited for.
            if is_held(room / "owner.lock"):
                _watch(room)
                server.start()
                return server
    raise NotPossible(f"the process that owned {room} is gone")


def _watch(room: Path) -> None:
    """Have a process wait for the owner's end, unless there is one."""
    if is_held(room / "watch.lock"):
        return
    with exclusive(room / "watch.lock") as lock:
        command = [sys.executable, "-m", "scripts.neo4j_server.room", str(room)]
        detach(command, Path("/dev/null"), cwd=ROOT, pass_fds=(lock.fileno(),))


def _clear(room: Path) -> None:
    for settings in room.glob("*/server.json"):
        Neo4jServer(settings.parent).kill()
    shutil.rmtree(room, ignore_errors=True)


def main() -> None:
    """Wait until the owner of the room has ended, and clear it."""
    room = Path(sys.argv[1])
    with exclusive(room / "owner.lock"), exclusive(room / "starting.lock"):
        _clear(room)


if __name__ == "__main__":
    main()
