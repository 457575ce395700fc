from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.uid_index import UidIndex

HEX = st.text("0123456789abcdef", min_size=32, max_size=32)
ANY = st.text(st.characters(), min_size=1, max_size=80)
NASTY = st.sampled_from(
    ["0" * 32, "f" * 32, "00" * 15 + "ff", "ff" * 15 + "00", "A" * 32, "a", "0" * 31, "\ud800"]
)


@given(st.lists(st.lists(HEX | ANY | NASTY, max_size=12), max_size=8), st.integers(0, 8))
def test_it_agrees_with_a_dict_through_saving(batches: list[list[str]], save_at: int) -> None:
    index, oracle = UidIndex(), dict[str, int]()
    for at, batch in enumerate(batches):
        if at == save_at:
            index = UidIndex.from_arrays(index.to_arrays())
        known = [oracle.get(uid, -1) for uid in batch]
        assert index.rows(batch).tolist() == known
        expected = [oracle.setdefault(uid, len(oracle)) for uid in batch]
        assert index.add(batch).tolist() == expected
    assert len(index) == len(oracle)
    assert index.uids(list(oracle.values())) == list(oracle)
    keys = index.keys(np.array(list(oracle.values()), np.int64))
    other = UidIndex()
    other.add([*reversed(oracle), "another"])
    assert other.uids(other.find(keys)) == list(oracle)


def test_merges_keep_rows_and_order() -> None:
    rng = np.random.default_rng(0)
    uids = [rng.bytes(16).hex() for _ in range(30_000)]
    index = UidIndex()
    for start in range(0, len(uids), 700):
        index.add(uids[start : start + 700])
    assert index.rows(uids).tolist() == list(range(len(uids)))
    assert index.uids(range(len(uids))) == uids
    arrays = index.to_arrays()
    assert sum(array.nbytes for array in arrays.values()) == 20 * len(uids)


def test_hash_of_a_text_uid_is_another_uid() -> None:
    index = UidIndex()
    index.add(["caroline"])
    key = index.to_arrays()["uid_keys"].tobytes().hex()
    plain = blake2b(b"caroline", digest_size=16).hexdigest()
    assert key != plain
    assert index.rows([plain]).tolist() == [-1]


@pytest.mark.parametrize("rows", [[-1], [1]])
def test_a_row_out_of_range_is_refused(rows: list[int]) -> None:
    index = UidIndex()
    index.add(["a"])
    with pytest.raises(IndexError, match="0 to 0"):
        index.uids(rows)


def test_an_empty_index() -> None:
    index = UidIndex.from_arrays(UidIndex().to_arrays())
    assert index.rows(["a"]).tolist() == [-1]
    assert index.rows([]).tolist() == []
    assert index.uids([]) == []


def test_uids_that_all_begin_alike_are_found_too() -> None:
    uids = [f"{number * 3:032x}" for number in range(5_000)]
    index = UidIndex()
    index.add(uids)
    assert index.rows(uids).tolist() == list(range(5_000))
    between = [f"{number * 3 + 1:032x}" for number in range(-1, 5_000)]
    assert set(index.rows([uid for uid in between if "-" not in uid]).tolist()) == {-1}
    ends = [uid[::-1] for uid in uids[1:]]
    index.add(ends)
    assert index.rows(uids + ends).tolist() == list(range(len(uids) + len(ends)))
