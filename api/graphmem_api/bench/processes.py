"""Processes that are measured: the SDK asked in some of them, and a server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from graphmem_api.bench.clients import ADD_EVERY_S

__all__ = ["BySdk", "Server", "by_sdk", "server_at"]

_STOP_S = 60

_ASK = """
import json, sys, threading, time
from graphmem import Memory
path, seconds, first, n_adders, every = sys.argv[1], *map(float, sys.argv[2:])
given = json.loads(sys.stdin.readline())
questions, texts = given["questions"], given["texts"]
with Memory(path) as memory:
    memory.search(questions[0])
    print("ready", flush=True)
    sys.stdin.readline()
    begun, n, added = time.perf_counter(), 0, []

    def add(number):
        for text in texts[number :: int(n_adders)]:
            due = time.perf_counter() + every
            if due >= begun + seconds:
                break
            memory.add(text)
            added.append(text)
            time.sleep(max(0.0, due - time.perf_counter()))

    adders = [threading.Thread(target=add, args=(number,)) for number in range(int(n_adders))]
    for adder in adders:
        adder.start()
    while time.perf_counter() - begun < seconds:
        memory.search(questions[(int(first) + n) % len(questions)])
        n += 1
    rate = n / (time.perf_counter() - begun)
    for adder in adders:
        adder.join()
    print(json.dumps([rate, len(added)]), flush=True)
"""


@dataclass(frozen=True, slots=True)
class BySdk:
    """What processes that use the SDK did together.

    Attributes:
        searches_per_s: of all of them.
        n_added: on a busy machine fewer than a server takes, which applies them later: then the
            two were not at equal work.
    """

    searches_per_s: float
    n_added: int


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: where it is called, its first process, and what it has to say."""

    url: str
    pid: int
    log: Path


def by_sdk(
    path: Path,
    questions: Sequence[str],
    texts: Sequence[str],
    n_processes: int,
    n_adders: int,
    seconds: float,
) -> BySdk:
    """Have processes ask a memory at the same time.

    All begin when each has its views. The first of them adds too, as the one process of a server
    does that holds the space.
    """
    given = json.dumps({"questions": list(questions), "texts": list(texts)}) + "\n"
    with ExitStack() as stack:
        children = []
        for number in range(n_processes):
            first = number * len(questions) // n_processes
            adders = n_adders if number == 0 else 0
            numbers = map(str, (seconds, first, adders, ADD_EVERY_S))
            command = [sys.executable, "-c", _ASK, str(path), *numbers]
            child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            stack.callback(_ended, child)
            children.append(child)
        for said in (given, "go\n"):
            _say(children, said)
            heard = [child.stdout.readline() for child in children if child.stdout]
        told = [json.loads(line) for line in heard]
    return BySdk(sum(rate for rate, _ in told), sum(n_added for _, n_added in told))


def _say(children: Sequence[subprocess.Popen[str]], line: str) -> None:
    for child in children:
        assert child.stdin is not None
        child.stdin.write(line)
        child.stdin.flush()


@contextmanager
def server_at(path: Path, workers: int) -> Iterator[Server]:
    """Run `graphmem serve` on a store, until the block ends."""
    command = [sys.executable, "-m", "graphmem", "--json", "serve", "--store", str(path)]
    command += ["--port", "0", "--workers", str(workers)]
    with ExitStack() as stack:
        log = path.with_suffix(".log")
        said = stack.enter_context(log.open("wb"))
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)
        stack.callback(_ended, child)
        assert child.stdout is not None
        yield Server(json.loads(child.stdout.readline())["url"], child.pid, log)


def _ended(child: subprocess.Popen[str]) -> None:
    child.terminate()
    try:
        child.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    for stream in (child.stdin, child.stdout):
        if stream is not None and not stream.closed:
            stream.close()
