"""The default encoder: all-MiniLM-L6-v2 in int8 under ONNX Runtime, built by `make model`.

text → word pieces → one run of the graph → a vector, and the token states of two layers.

References:
    Wang et al. 2020, MiniLM; Reimers and Gurevych 2019, Sentence-BERT.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
import tokenizers

from graphmem.core.kernels.half import narrow
from graphmem.errors import EmbeddingFailed, InvalidInput, ModelMissing
from graphmem.language.runtime import Session, open_session
from graphmem.ports import Encoding, Float32

__all__ = ["WINDOW", "MiniLMEncoder"]

WINDOW = 256
"""Word pieces of one run, the two special ones among them."""

_DATA = Path(__file__).parent / "data"
_MAX_THREADS = 8
# The tokenizer works through all that it is given before it cuts. English fills the window
# with 1,200 characters; what does not fill it with the first of these (long blanks, words
# without end) is tried again with the second, and counts by that much at most.
_HEADS = (4096, 65536)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Engine:
    """Tokenizer and session of one process; both may be used from many threads at once."""

    tokenizer: tokenizers.Tokenizer
    session: Session

    def pieces(self, text: str) -> tokenizers.Encoding:
        """Return the first word pieces of `text`, at most WINDOW."""
        short, long = _HEADS
        pieces = self.tokenizer.encode(_clean(text[:short]))
        if len(pieces) < WINDOW and len(text) > short:
            pieces = self.tokenizer.encode(_clean(text[:long]))
        return pieces

    def run(
        self, outputs: list[str], pieces: tokenizers.Encoding
    ) -> list[npt.NDArray[np.float32]]:
        """Run the graph on one text.

        Raises:
            EmbeddingFailed: ONNX Runtime could not finish, most often for want of memory.
        """
        feed = {"input_ids": np.array([pieces.ids], dtype=np.int64)}
        try:
            return cast("list[npt.NDArray[np.float32]]", self.session.run(outputs, feed))
        except Exception as error:  # the runtime's errors have no base of their own
            raise EmbeddingFailed(
                f"the encoder stopped on a text of {len(pieces)} pieces ({error}); "
                "check the free memory and try again"
            ) from error


def _clean(text: str) -> str:
    # Lone surrogates become one '?' each, so offsets stay those of the text as given.
    return text.encode("utf-8", "replace").decode("utf-8")


class MiniLMEncoder:
    """Encodes texts with the small model that ships with graphmem.

    Each text is a run of its own: dynamic int8 takes its scale from all that is in a run, so
    in a batch a vector would depend on its neighbours. One by one, order and number of
    threads change no bit. A text longer than WINDOW pieces counts by its first ones.

    Args:
        threads: texts encoded at the same time, 1 or more; by default the number of
            processors, at most 8.

    Raises:
        InvalidInput: `threads` is below 1.
        ModelMissing: the model files are not there.
    """

    name = "all-minilm-l6-v2-int8"
    dimension = 384

    def __init__(self, threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise InvalidInput(f"threads is {threads}: give 1 or more, or leave it out")
        _check_files()
        self.threads = threads or min(os.cpu_count() or 1, _MAX_THREADS)

    def preload(self) -> None:
        """Load the model, which takes 0.2 s and leaves the interpreter to other threads.

        Raises:
            ModelMissing: its files cannot be read.
        """
        _engine()

    def embed(self, texts: Sequence[str]) -> Float32:
        """Return (n, 384) float32 rows of unit length, in input order."""
        rows = self._each(_vector, texts)
        return np.stack(rows) if rows else np.empty((0, self.dimension), dtype=np.float32)

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Return vector, states and offsets of each text, in input order.

        Note:
            A full window's states take 390 kB: hand over long lists in parts.
        """
        return self._each(_encoding, texts)

    def _each(self, function: Callable[[_Engine, str], _T], texts: Sequence[str]) -> list[_T]:
        engine = _engine()
        n_threads = min(self.threads, len(texts))
        if n_threads <= 1:
            return [function(engine, text) for text in texts]
        # A pool a call costs 0.1 ms, holds no idle threads, and knows nothing of forks.
        with ThreadPoolExecutor(n_threads, thread_name_prefix="minilm") as pool:
            return list(pool.map(lambda text: function(engine, text), texts))


def _vector(engine: _Engine, text: str) -> Float32:
    (vectors,) = engine.run(["embedding"], engine.pieces(text))
    return cast("Float32", vectors[0])


def _encoding(engine: _Engine, text: str) -> Encoding:
    pieces = engine.pieces(text)
    vectors, states = engine.run(["embedding", "states"], pieces)
    offsets = np.array(pieces.offsets, dtype=np.int32)[1:-1]
    return Encoding(vectors[0], narrow(states[0, 1:-1]), offsets)


_lock = threading.Lock()
_loaded: _Engine | None = None


def _engine() -> _Engine:
    """Return the engine of this process, shared by all encoders in it."""
    global _loaded
    if _loaded is None:
        with _lock:
            if _loaded is None:
                _loaded = _load()
    return _loaded


def _forget() -> None:
    """Start anew in a forked child: its copy of the lock or the session may be in mid-use."""
    global _lock, _loaded
    _lock, _loaded = threading.Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _check_files() -> None:
    for path in (_DATA / "minilm-int8.onnx", _DATA / "tokenizer.json"):
        if not path.is_file():
            raise ModelMissing(
                f"the encoder's file {path} is not there: run `make model` in a checkout, "
                "or install the wheel again"
            )


def _load() -> _Engine:
    _check_files()
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(_DATA / "tokenizer.json"))
        session = open_session(_DATA / "minilm-int8.onnx")
    except Exception as error:  # the tokenizer raises plain Exception
        raise ModelMissing(
            f"the encoder's files in {_DATA} cannot be read ({error}): run `make model` in a "
            "checkout, or install the wheel again"
        ) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(WINDOW)
    # A text that says "[SEP]" means these five characters.
    tokenizer.encode_special_tokens = True
    return _Engine(tokenizer, session)
