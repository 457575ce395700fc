"""A process that writes or reads a memory until it is stopped; tests kill it at any moment.

Arguments: role, store, name. Every acknowledged add is one line on standard output.
"""

import itertools
import sys
import time

from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder


def text_of(name: str, number: int) -> str:
    return f"Ann{name}x{number} lives in Rome{number % 7}. Bo likes Ann{name}x{number}."


def write(memory: Memory, name: str) -> None:
    for number in itertools.count():
        receipt = memory.add(text_of(name, number), source=f"{name}-{number}")
        print(receipt.seq, f"{name}-{number}", flush=True)
        if number % 5 == 4:
            memory.search("Who lives in Rome3?")
        if number % 11 == 10:
            memory.rebuild("views")


def write_for(memory: Memory, name: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    for number in itertools.count():
        if time.monotonic() > end:
            return
        receipt = memory.add(text_of(name, number), source=f"{name}-{number}")
        print(receipt.seq, f"{name}-{number}", flush=True)


def come_and_go(memory: Memory, name: str, n_sources: int, n_held: int) -> None:
    """Add sources, and delete each when so many have come after it."""
    for number in range(n_sources):
        memory.add(text_of(name, number), source=f"{name}-{number}")
        if number >= n_held:
            memory.delete(source=f"{name}-{number - n_held}")


def read_for(memory: Memory, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        memory.search("Who lives in Rome3?")
        stats = memory.stats()
        print(stats.seq, stats.nodes.get("Passage", 0), flush=True)


def main() -> None:
    role, store, name = sys.argv[1:4]
    memory = Memory(store, embedder=FakeEmbedder(), extractor=FakeExtractor())
    print("ready", flush=True)
    if role == "write":
        write(memory, name)
    elif role == "write_for":
        write_for(memory, name, float(sys.argv[4]))
    elif role == "come_and_go":
        come_and_go(memory, name, int(sys.argv[4]), int(sys.argv[5]))
    else:
        read_for(memory, float(sys.argv[4]))
    memory.close()


if __name__ == "__main__":
    main()
