from hypothesis import given
from hypothesis import strategies as st

from graphmem.writing.accept import SourceText, Turn
from graphmem.writing.segment import MAX_PASSAGE_CHARS, PassageDraft, segment


def document(text: str, title: str | None = None) -> list[PassageDraft]:
    turn = Turn(text, title=title, whole=False)
    return segment(SourceText("doc", "document", (turn,), title=title), "uid-of-doc")


def test_paragraphs_become_passages_under_their_headings() -> None:
    long = "This sentence is about one thing only. " * 6
    drafts = document(f"# Guide\n\n{long}\n\n## Roots\n\n{long}", title="Guide")
    assert [d.title for d in drafts] == ["Guide", "Guide: Roots"]
    assert [d.text for d in drafts] == [long.strip(), long.strip()]


def test_short_paragraphs_join_the_next_but_not_across_headings() -> None:
    drafts = document("# A\n\none\n\ntwo\n\n# B\n\nthree")
    assert [(d.title, d.text) for d in drafts] == [("A", "one\n\ntwo"), ("B", "three")]


def test_a_fenced_block_is_not_cut_at_its_blank_lines_or_comments() -> None:
    drafts = document("# A\n\n" + "w " * 150 + "\n\n```python\n# not a heading\n\nx = 1\n```")
    assert drafts[-1].text == "```python\n# not a heading\n\nx = 1\n```"
    assert drafts[-1].title == "A"


def test_a_document_of_headings_alone_is_kept() -> None:
    assert [d.text for d in document("# Only a heading")] == ["# Only a heading"]


@given(st.text(alphabet=st.sampled_from("ab. \n!?#"), min_size=1, max_size=5_000))
def test_passages_are_verbatim_bounded_and_lose_no_word(text: str) -> None:
    turn = Turn(text, whole=True)
    drafts = segment(SourceText("s", "conversation", (turn,)), "uid")
    assert all(0 < len(d.text) <= MAX_PASSAGE_CHARS and d.text in text for d in drafts)
    assert "".join("".join(d.text.split()) for d in drafts) == "".join(text.split())


def test_a_line_without_any_break_is_cut_at_the_limit() -> None:
    drafts = document("x" * 2_500)
    assert [len(d.text) for d in drafts] == [1_000, 1_000, 500]


def test_the_same_words_said_twice_are_two_passages_and_again_the_same_two() -> None:
    text = SourceText(
        "s", "conversation", (Turn("hi", "Ann"), Turn("hi", "Ann"), Turn("hi", "Bo"))
    )
    uids = [d.uid for d in segment(text, "uid")]
    assert len(set(uids)) == 3
    assert [d.uid for d in segment(text, "uid")] == uids


@given(st.text(alphabet=st.sampled_from("ab. \n\r\x85\u2028\x0c#`~"), min_size=1, max_size=3_000))
def test_passages_stand_in_the_document_verbatim_and_in_order(text: str) -> None:
    at = 0
    for draft in document(text):
        at = text.find(draft.text, at)
        assert at >= 0
        at += len(draft.text)
