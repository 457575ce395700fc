"""ONNX Runtime, told before it starts to send nothing: whoever needs it imports it from here.

Its builds from 1.29 on report to their maker from the moment they are imported, and keep a device
identifier in the user's cache folder; only this variable, set before the import, prevents both.
Whoever wants to report sets it to 0.
"""

from __future__ import annotations

import os

_OFF = "ORT_DISABLE_TELEMETRY"
os.environ.setdefault(_OFF, "1")

import onnxruntime  # noqa: E402

if os.environ[_OFF] != "0":
    # For Windows, where the variable is not read.
    onnxruntime.disable_telemetry_events()

__all__ = ["onnxruntime"]
