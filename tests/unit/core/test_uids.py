from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.uids import content_uid, uuid7


def test_the_same_content_has_the_same_uid_on_every_machine() -> None:
    assert content_uid("entity", "marie curie") == "74afd099c6f014d498bc83fd3264b2b5"


def test_where_one_part_ends_matters() -> None:
    assert content_uid("ab", "c") != content_uid("a", "bc")


@given(st.lists(st.text(), max_size=4))
def test_a_uid_is_32_hexadecimal_digits(parts: list[str]) -> None:
    uid = content_uid(*parts)
    assert len(uid) == 32
    assert int(uid, 16) >= 0


@given(st.integers(0, 2**48 - 2), st.binary(min_size=10, max_size=10))
def test_uuid7_sorts_by_time_and_says_its_version(moment: int, entropy: bytes) -> None:
    uid = uuid7(moment, entropy)
    assert len(uid) == 32
    assert uid[12] == "7"
    assert uid[16] in "89ab"
    assert uid < uuid7(moment + 1, b"\0" * 10)
