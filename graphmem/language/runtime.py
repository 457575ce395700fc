"""ONNX Runtime as graphmem uses it: one thread a run, exact products of int8, no report home.

Its builds from 1.29 on report to their maker from the moment they are imported, and keep a device
identifier in the user's cache folder; only this variable, set before the import, prevents both.
Whoever wants to report sets it to 0.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

_OFF = "ORT_DISABLE_TELEMETRY"
os.environ.setdefault(_OFF, "1")

import onnxruntime  # noqa: E402

if os.environ[_OFF] != "0":
    # For Windows, where the variable is not read.
    onnxruntime.disable_telemetry_events()

__all__ = ["Session", "open_session"]

Session: TypeAlias = onnxruntime.InferenceSession

# Without it x86 processors that have no VNNI (many that are older than 2023) add products of an
# unsigned and a signed byte in 16 bits and cut off what does not fit. Vectors there are others
# than elsewhere, scores of the parser were 16 % off in a test, and a memory that was filled on
# one machine is searched worse on another.
_EXACT = "session.x64quantprecision"


def open_session(path: Path) -> Session:
    """Open a graph for runs of one thread each; many may run at once.

    Products of int8 are exact on every processor; sums of floats may differ in their last bits
    from one kind of processor to another.

    Raises:
        Exception: The file is not there or is no graph; the runtime's errors have no base.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry(_EXACT, "1")
    return Session(str(path), options, providers=["CPUExecutionProvider"])
