"""Lists of texts as two arrays: all bytes in a row, and where each text ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["read_texts", "write_texts"]

Array = npt.NDArray[Any]


def write_texts(name: str, texts: Iterable[str]) -> dict[str, Array]:
    """Return the texts as arrays whose names begin with `name`; any text can be kept."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    return {
        f"{name}_ends": np.cumsum([len(text) for text in encoded], dtype=np.int64),
        f"{name}_bytes": np.frombuffer(b"".join(encoded), np.uint8),
    }


def read_texts(arrays: Mapping[str, Array], name: str) -> list[str]:
    """Return what `write_texts` was given under the name; nothing where that is not there."""
    if f"{name}_ends" not in arrays:
        return []
    raw, start, texts = arrays[f"{name}_bytes"].tobytes(), 0, []
    for end in arrays[f"{name}_ends"].tolist():
        texts.append(raw[start:end].decode("utf-8", "surrogatepass"))
        start = end
    return texts
