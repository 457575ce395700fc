"""Takes out of a text index all that only removed passages left: rows, words, names, sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.uid_index import UidIndex
from graphmem.views.name_terms import NameTerms
from graphmem.views.packed_texts import read_texts, write_texts

__all__ = ["compacted"]

Array = npt.NDArray[Any]

_KEPT_AS_IS = (
    "length", "kind", "flags", "at", "position", "size", "n_sentences", "marks", "log_length",
    "title_length", "n_months",
)  # fmt: skip


def compacted(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return the arrays of the same index as if nothing had ever been removed from it.

    What lives keeps its order, so that every answer and every score stays the same.

    Args:
        arrays: what `TextIndexArrays.to_arrays` returned: postings of living rows only.

    Complexity: O(rows + postings + terms).
    """
    rows = np.flatnonzero(arrays["alive"])
    names = NameTerms(_part(arrays, "n_"))
    terms = np.union1d(np.flatnonzero(arrays["frequencies"] > 0), names.used())
    sources = np.unique(arrays["source"][rows])
    speakers = np.unique(arrays["speaker"][rows])
    speakers = speakers[speakers >= 0]
    new_row = _renumbered(rows, len(arrays["alive"]))
    new_term = _renumbered(terms, len(arrays["frequencies"]))
    new_source = _renumbered(sources, len(arrays["tails"]))
    new_speaker = _renumbered(speakers, len(arrays["speakers_ends"]))
    out = {name: arrays[name][rows] for name in _KEPT_AS_IS}
    out["alive"] = np.ones(len(rows), np.uint8)
    out["before"], out["after"] = (new_row[arrays[n][rows]] for n in ("before", "after"))
    out["source"] = new_source[arrays["source"][rows]]
    out["speaker"] = new_speaker[arrays["speaker"][rows]]
    out["title"] = new_term[arrays["title"][rows]]
    # Two arrays: what goes later has no row any more, but its row keeps its uid.
    out["uid"], out["row_of"] = (np.arange(len(rows), dtype=np.int32) for _ in range(2))
    out["tails"] = new_row[arrays["tails"][sources]]
    out["source_lengths"] = arrays["source_lengths"][sources]
    out["frequencies"] = arrays["frequencies"][terms]
    out |= _uids(arrays, "u_", arrays["uid"][rows]) | _uids(arrays, "s_", sources)
    out |= _texts(arrays, "vocabulary", terms) | _texts(arrays, "speakers", speakers)
    out |= {f"n_{name}": values for name, values in names.tidied(new_term).to_arrays().items()}
    # A term that stands in no living passage has no postings left, so no range moves.
    out["starts"] = np.append(arrays["starts"][terms], arrays["starts"][-1])
    out["posting_rows"] = new_row[arrays["posting_rows"]]
    out["posting_counts"] = arrays["posting_counts"]
    out["totals"] = arrays["totals"]
    return out | _forward(arrays, rows, new_term)


def _forward(arrays: Mapping[str, Array], rows: Array, new_term: Array) -> dict[str, Array]:
    """Return the terms and the sentences of the rows, one row's after the other's."""
    starts, at = _packed(arrays["start"][rows], arrays["size"][rows])
    sentence_starts, sentence_at = _packed(
        arrays["sentence_start"][rows], arrays["n_sentences"][rows]
    )
    month_starts, month_at = _packed(arrays["month_start"][rows], arrays["n_months"][rows])
    return {
        "start": starts,
        "sentence_start": sentence_starts,
        "forward_terms": new_term[arrays["forward_terms"][at]],
        "forward_masks": arrays["forward_masks"][at],
        "sentence_lengths": arrays["sentence_lengths"][sentence_at],
        "sentence_voices": arrays["sentence_voices"][sentence_at],
        "forward_followers": arrays["forward_followers"][at],
        "month_start": month_starts,
        "months_from": arrays["months_from"][month_at],
        "months_to": arrays["months_to"][month_at],
        "months_kind": arrays["months_kind"][month_at],
    }


def _packed(starts: Array, sizes: Array) -> tuple[Array, Array]:
    """Return where pieces start once they are packed, and the old place of every element."""
    ends = np.cumsum(sizes, dtype=np.int64)
    packed = ends - sizes
    places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - packed, sizes)
    return packed, places


def _renumbered(kept: Array, size: int) -> Array:
    """Return new numbers by old ones; the last, at -1, says that none stays none."""
    numbers = np.full(size + 1, -1, np.int32)
    numbers[kept] = np.arange(len(kept), dtype=np.int32)
    return numbers


def _uids(arrays: Mapping[str, Array], prefix: str, numbers: Array) -> dict[str, Array]:
    fresh = UidIndex()
    fresh.add(UidIndex.from_arrays(_part(arrays, prefix)).uids(numbers))
    return {f"{prefix}{name}": values for name, values in fresh.to_arrays().items()}


def _part(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    return {name[2:]: values for name, values in arrays.items() if name.startswith(prefix)}


def _texts(arrays: Mapping[str, Array], name: str, numbers: Array) -> dict[str, Array]:
    texts = read_texts(arrays, name)
    return write_texts(name, [texts[number] for number in numbers.tolist()])
