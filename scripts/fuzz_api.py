"""Call every operation of the service with what its document allows, and with what it does not.

A server of its own on a file of its own is called by schemathesis with all of its checks, first
each operation by itself and then in sequences. It fails where an answer is a defect (5xx) or not
what the document says, and where fewer calls were made than asked for.

    python scripts/fuzz_api.py --cases 10000
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphmem import Memory
from graphmem_api.app import create_app
from graphmem_api.settings import Settings

# A stream goes on for as long as its reader does.
_STREAMS = ("graph_events", "job_events")
_SPACE = "fuzz"
_CONFIG = """\
continue-on-failure = true
[parameters]
"path.space" = "fuzz"
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "401", "403", "404", "408", "409", "413", "415", "422"]
[checks.negative_data_rejection]
expected-statuses = ["4xx"]
[checks.missing_required_header]
expected-statuses = ["4xx"]
"""
_TEXTS = (
    ("Caroline moved to Lisbon in May 2023. She works at Acme with Melanie.", "2023-06-01"),
    ("Caroline moved to Porto in June 2024, and Melanie visited her there.", "2024-07-01"),
    ("To deploy, run the tests first, then tag the release.", "2024-08-01"),
)


def main() -> int:
    """Run it, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="calls, at least")
    parser.add_argument("--seed", type=int, default=1, help="the same one makes the same calls")
    parser.add_argument("--report", type=Path, help="folder for a JUnit report")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "agent.db") as address:
        return fuzz(address, Path(folder), given.cases, given.seed)


@contextmanager
def serving(store: Path) -> Iterator[str]:
    """Serve a store with a little in it; give the address."""
    with Memory(store, space=_SPACE) as memory:
        for number, (text, at) in enumerate(_TEXTS):
            memory.add(text, source=f"note-{number}", at=at)
    command = [sys.executable, "-m", "graphmem", "--json", "serve", "--store", str(store)]
    log = store.with_suffix(".log")
    with (
        log.open("w") as told,
        subprocess.Popen(
            [*command, "--port", "0"], stdout=subprocess.PIPE, stderr=told, text=True
        ) as server,
    ):
        try:
            assert server.stdout is not None
            first = server.stdout.readline()
            if not first:
                raise SystemExit(log.read_text())
            yield str(json.loads(first)["url"])
        finally:
            server.terminate()
            server.wait(60)
    defects = [line for line in log.read_text().splitlines() if "Traceback" in line]
    if defects:
        raise SystemExit(f"{len(defects)} tracebacks in the server's log: {log.read_text()}")


def fuzz(address: str, folder: Path, cases: int, seed: int) -> int:
    """Run schemathesis; return its exit status, or 1 where it made too few calls."""
    config = folder / "schemathesis.toml"
    config.write_text(_CONFIG, encoding="utf-8")
    program = Path(sys.executable).with_name("schemathesis")
    leave_out = [part for name in _STREAMS for part in ("--exclude-operation-id", name)]
    n_operations = len(create_app(Settings()).openapi()["paths"])
    # So many for each, at most; sequences and the borders of what is allowed come on top, and
    # make up for those that have fewer.
    each = max(1, cases // n_operations)
    command = [
        str(program), "--no-color", "--config-file", str(config), "run",
        f"{address}/openapi.json", "--checks", "all", "--max-examples", str(each),
        "--seed", str(seed), "--request-timeout", "300", "--max-response-time", "300",
        "--no-shrink", *leave_out,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    print(done.stdout[-30_000:], done.stderr[-5_000:], sep="\n")
    line, status = verdict(done.stdout, done.returncode, cases)
    print(line)
    return status


def verdict(said: str, status: int, cases: int) -> tuple[str, int]:
    """Return a line about what schemathesis said that it did, and the exit status for it."""
    found = re.search(r"Test cases:\s+([\d,]+) generated", said)
    n_made = int(found[1].replace(",", "")) if found else 0
    line = f"{n_made:,} calls were made, {cases:,} were asked for, exit {status}"
    if n_made < cases:
        return f"too few: {line}", status or 1
    return line, status


if __name__ == "__main__":
    raise SystemExit(main())
