"""A process of its own that opens a made memory and searches; prints what that took as JSON."""

from __future__ import annotations

import json
import sys
from time import perf_counter

from graphmem.bench.scale_models import MadeEncoder
from graphmem.bench.scale_search import questions_about
from graphmem.memory import Memory
from graphmem.models.minilm import MiniLMEncoder

__all__ = ["main"]

_N_QUESTIONS = 64


def main(path: str, space: str, n_passages: int) -> None:
    """Open, search, and print seconds and megabytes."""
    encoder = MadeEncoder(MiniLMEncoder())
    questions = questions_about(n_passages, _N_QUESTIONS, encoder)
    encoder.embed(questions[:1])
    before = _status("VmHWM")
    started = perf_counter()
    memory = Memory(path, space=space, embedder=encoder)
    assert memory.search(questions[0]).hits
    opened = perf_counter() - started
    first = _status("VmHWM")
    for question in questions[1:]:
        memory.search(question)
    told = {
        "open_and_search_s": opened,
        "rss_before_mb": before,
        "rss_first_mb": first,
        "peak_mb": _status("VmHWM"),
        "anonymous_mb": _status("RssAnon"),
        "mapped_mb": _status("RssFile"),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _status(name: str) -> float:
    """Return a line of Linux's record of this process, in MB."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
