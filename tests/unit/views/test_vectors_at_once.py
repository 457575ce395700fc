"""Vectors come and go while others are looked for, at every moment at which that can be.

Threads meet at a moment of their own choice, mostly a harmless one. So one thread does it all: it
is stopped before each step of the interpreter in turn, and the other thing is done there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from types import FrameType
from typing import Any

import numpy as np
import pytest

from graphmem.core import uid_index
from graphmem.core.changes import Changes, Vector
from graphmem.core.uid_index import to_keys
from graphmem.ports import Float32
from graphmem.stores.memory import MemoryStore
from graphmem.views import columns, vector_rows, vectors
from graphmem.views.vectors import VectorView
from graphmem_schemas import Passage

NOW = datetime(2024, 1, 1, tzinfo=UTC)
SPACE, DIMENSION, HELD = "s", 8, 12
INSIDE = {module.__file__ for module in (vectors, vector_rows, columns, uid_index)}


def uid(number: int) -> str:
    return f"{number:032x}"


def direction(number: int) -> Float32:
    row = np.random.default_rng(number).standard_normal(DIMENSION)
    return (row / np.linalg.norm(row)).astype(np.float32)


class Changing:
    """A view of the last vectors that came; the one before them goes with each that comes."""

    def __init__(self) -> None:
        self.store, self.view = MemoryStore(), VectorView(SPACE, DIMENSION, None)
        self.n_come = 0
        for _ in range(HELD):
            self.come()
        self.view.refresh(self.store)

    def come(self) -> None:
        new, old = self.n_come, self.n_come - HELD
        node = Passage(uid=uid(new), recorded_at=NOW, source="s", position=0, text="t")
        changes = Changes(
            nodes=(node,),
            vectors=(Vector(uid(new), direction(new)),),
            remove_nodes=(uid(old),) if old >= 0 else (),
        )
        self.store.apply(SPACE, lambda _: changes)
        self.n_come += 1

    def change(self) -> None:
        self.come()
        self.view.refresh(self.store)

    def search(self) -> None:
        """Look for what stays, and for what may just be coming."""
        stays = self.n_come - HELD // 2
        keys, cosines = self.view.nearest(direction(stays), 1)
        assert keys.tobytes() == bytes.fromhex(uid(stays))
        assert cosines[0] == pytest.approx(1)
        coming = [uid(self.n_come - 1), uid(self.n_come)]
        base, tail, slots = self.view.placed(to_keys([uid(stays), *coming]))
        assert np.concatenate([base, tail])[slots[0]] @ direction(stays) == pytest.approx(1)


def stopped(call: Callable[[], None], step: int, between: Callable[[], None]) -> bool:
    """Do something before one step of a call; tell whether the call had so many."""
    steps = count()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in INSIDE:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and next(steps) == step:
            between()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return next(steps) > step


def test_a_search_goes_on_while_vectors_come_and_go() -> None:
    held = Changing()
    step = 0
    while stopped(held.search, step, held.change):
        step += 1
    assert step > 100


def test_what_comes_and_goes_is_searched_at_any_moment() -> None:
    held = Changing()
    step = 0

    def change() -> None:
        held.view.refresh(held.store)

    while True:
        held.come()
        if not stopped(change, step, held.search):
            break
        step += 1
    assert step > 100
