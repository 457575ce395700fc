"""Uids to row numbers and back, at 24 bytes a uid, in arrays that a view can map from disk."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Keys", "UidIndex", "to_keys"]

Rows = npt.NDArray[np.int64]
Keys = npt.NDArray[np.bytes_]
"""(n,) S16: uids as every index keeps them, so that what one finds can be asked of another."""

_HEX_LENGTH = 32
_ALL_HEX = re.compile(r"[0-9a-f]*").fullmatch
_KEY = np.dtype("S16")
# One or two keys begin alike: 2 to 4 bytes a key for two reads in place of twenty.
_BITS_BELOW = 1
# Merging copies the base, so the delta may grow to a share of it: amortised O(1) an add.
_MIN_DELTA = 4_096
_DELTA_SHARE = 8


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """One state of the index; replaced as a whole, so that a reader never sees half of it.

    Attributes:
        base: (n,) S16 keys by row.
        order: (n,) int32 rows in the order of their keys.
        starts: (2^b + 1,) int32 places in `order` where keys of each first b bits begin.
        delta: rows of the newer keys.
        newer: the newer keys by row, from row n on.
    """

    base: Keys
    order: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int32]
    delta: dict[bytes, int] = field(default_factory=dict)
    newer: list[bytes] = field(default_factory=list)


class UidIndex:
    """Numbers uids in the order in which they come: 0, 1, 2, …; a row is for ever.

    A uid of 32 lower-case hex digits is kept as its 16 bytes; any other text as its
    blake2b-128 plus its own text. One thread may add while others read.
    """

    def __init__(self) -> None:
        self._state = _state_of(np.empty(0, _KEY), np.empty(0, np.int32))
        self._texts: dict[int, str] = {}

    def __len__(self) -> int:
        state = self._state
        return len(state.base) + len(state.newer)

    def add(self, uids: Sequence[str]) -> Rows:
        """Return the row of each uid; unknown ones get the next rows, in their order.

        O(m log n) for m uids; now and then a merge of O(n).
        """
        keys = to_keys(uids)
        rows = self.find(keys)
        state = self._state
        n_base = len(state.base)
        for position in np.flatnonzero(rows < 0).tolist():
            key = _raw(keys, position)
            row = state.delta.get(key)
            if row is None:
                row = n_base + len(state.newer)
                if not _is_hex(uids[position]):
                    self._texts[row] = uids[position]
                state.newer.append(key)
                state.delta[key] = row
            rows[position] = row
        if len(state.newer) > max(_MIN_DELTA, n_base // _DELTA_SHARE):
            self._merge()
        return rows

    def rows(self, uids: Sequence[str]) -> Rows:
        """Return the row of each uid, -1 where it is unknown. O(m), as `find`."""
        return self.find(to_keys(uids))

    def find(self, keys: Keys) -> Rows:
        """Return the row of each key, -1 where it is unknown.

        O(m): uids are mostly hashes, spread evenly over their first bits; O(m log n) at worst.
        """
        # Compiled code is loaded with the first index that is used, not with the ports.
        from graphmem.core.kernels.keys import find_keys

        state = self._state
        rows = np.empty(len(keys), np.int64)
        words = np.dtype("<u8")
        base, wanted = state.base.view(words), np.ascontiguousarray(keys).view(words)
        find_keys(base, state.order, state.starts, wanted, rows)
        missing = np.flatnonzero(rows < 0) if state.delta else ()
        if len(missing):
            raw, size, delta = keys[missing].tobytes(), _KEY.itemsize, state.delta
            rows[missing] = [delta.get(raw[at : at + size], -1) for at in range(0, len(raw), size)]
        return rows

    def keys(self, rows: npt.NDArray[np.integer[Any]]) -> Keys:
        """Return the key of each row, all of which must be in the index."""
        state = self._state
        n_base = len(state.base)
        if not state.newer:
            keys: Keys = state.base[rows]
            return keys
        keys = np.empty(len(rows), _KEY)
        old = rows < n_base
        keys[old] = state.base[rows[old]]
        newer = b"".join([state.newer[row] for row in (rows[~old] - n_base).tolist()])
        keys[~old] = np.frombuffer(newer, _KEY)
        return keys

    def uids(self, rows: Sequence[int] | npt.NDArray[np.integer[Any]]) -> list[str]:
        """Return the uid of each row.

        Raises:
            IndexError: A row is not in the index.
        """
        wanted = np.asarray(rows, np.int64)
        state = self._state
        size = len(state.base) + len(state.newer)
        if wanted.size and not (int(wanted.min()) >= 0 and int(wanted.max()) < size):
            raise IndexError(f"rows must be 0 to {size - 1}")
        if not wanted.size:
            return []
        # One call cuts all: a slice a uid takes longer than everything before.
        uids = self.keys(wanted).tobytes().hex(" ", _KEY.itemsize).split(" ")
        if self._texts:
            texts = self._texts
            uids = [texts.get(row) or uid for row, uid in zip(wanted.tolist(), uids, strict=True)]
        return uids

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything as arrays; `from_arrays` makes the same index of them."""
        self._merge()
        rows = sorted(self._texts)
        texts = [self._texts[row].encode("utf-8", "surrogatepass") for row in rows]
        ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
        return {
            "uid_keys": self._state.base,
            "uid_order": self._state.order,
            "uid_text_rows": np.asarray(rows, np.int64),
            "uid_text_ends": ends,
            "uid_texts": np.frombuffer(b"".join(texts), np.uint8),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> UidIndex:
        """Make an index of what `to_arrays` returned; the arrays are kept, not copied."""
        index = cls()
        index._state = _state_of(arrays["uid_keys"], arrays["uid_order"])
        raw = arrays["uid_texts"].tobytes()
        start = 0
        for row, end in zip(
            arrays["uid_text_rows"].tolist(), arrays["uid_text_ends"].tolist(), strict=True
        ):
            index._texts[row] = raw[start:end].decode("utf-8", "surrogatepass")
            start = end
        return index

    def _merge(self) -> None:
        """Move the delta into a new base; readers go on with the old state meanwhile."""
        state = self._state
        if not state.newer:
            return
        newer = np.frombuffer(b"".join(state.newer), _KEY)
        order = np.argsort(newer, kind="stable")
        places = np.searchsorted(state.base, newer[order], sorter=state.order)
        added = (order + len(state.base)).astype(np.int32)
        self._state = _state_of(
            np.concatenate([state.base, newer]), np.insert(state.order, places, added)
        )


def _state_of(base: Keys, order: npt.NDArray[np.int32]) -> _State:
    """Return a state without newer keys. O(n)."""
    n_bits = max(0, len(base).bit_length() - _BITS_BELOW)
    counts = np.zeros(1 << n_bits, np.int64)
    if len(base):
        firsts = base.view(np.dtype(">u4"))[:: _KEY.itemsize // 4].astype(np.int64)
        counts = np.bincount(firsts >> (32 - n_bits), minlength=1 << n_bits)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return _State(base, order, starts)


def _is_hex(uid: str) -> bool:
    return len(uid) == _HEX_LENGTH and _ALL_HEX(uid) is not None


def to_keys(uids: Sequence[str]) -> Keys:
    """Return the key of each uid: the same in every index."""
    joined = "".join(uids)
    if set(map(len, uids)) == {_HEX_LENGTH} and _ALL_HEX(joined):
        return np.frombuffer(bytes.fromhex(joined), _KEY)
    return np.frombuffer(b"".join(map(_to_key, uids)), _KEY)


def _to_key(uid: str) -> bytes:
    if _is_hex(uid):
        return bytes.fromhex(uid)
    # `person` keeps these apart from uids that are themselves blake2b of some text.
    raw = uid.encode("utf-8", "surrogatepass")
    return blake2b(raw, digest_size=16, person=b"graphmem uid key").digest()


def _raw(keys: Keys, position: int) -> bytes:
    """Return all 16 bytes; numpy's own item drops trailing zeros."""
    return keys[position : position + 1].tobytes()
