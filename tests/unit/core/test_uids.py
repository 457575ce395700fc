from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.uids import content_uid, is_content_uid


def test_the_same_content_has_the_same_uid_on_every_machine() -> None:
    assert content_uid("entity", "marie curie") == "74afd099c6f014d498bc83fd3264b2b5"


def test_where_one_part_ends_matters() -> None:
    assert content_uid("ab", "c") != content_uid("a", "bc")


@given(st.lists(st.text(), max_size=4))
def test_a_uid_is_32_hexadecimal_digits(parts: list[str]) -> None:
    uid = content_uid(*parts)
    assert len(uid) == 32
    assert int(uid, 16) >= 0


def test_the_form_of_a_uid_is_told_from_names() -> None:
    assert is_content_uid(content_uid("document", "", "text"))
    for name in ("", "note-1", "F" * 32, "f" * 31, "f" * 33, "f" * 32 + "\n"):
        assert not is_content_uid(name)
