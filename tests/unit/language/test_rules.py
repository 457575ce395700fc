"""The rules on trees built by hand, where the parser can have no part in the result."""

import pytest

from graphmem.language.dates import find_dates
from graphmem.language.names import find_names, find_title
from graphmem.language.phrases import argument_span, phrase_span


def texts(parse, spans) -> list[str]:
    return [parse.surface(start, end) for start, end in spans]


def test_names_join_over_of_where_the_parse_hangs_them_together(tree) -> None:
    parse = tree("""
        University NNP nsubj 4
        of IN case 3
        Oslo NNP nmod 1
        hired VBD root 0
        Anna NNP obj 4
        Berg NNP flat 5
    """)
    assert texts(parse, find_names(parse)) == ["University of Oslo", "Anna Berg"]


def test_names_break_between_conjuncts_and_apposed(tree) -> None:
    parse = tree("""
        Anna NNP root 0
        Berg NNP conj 1
        VIII CD nummod 2
    """)
    assert texts(parse, find_names(parse)) == ["Anna", "Berg VIII"]


def test_names_do_not_run_on_into_the_next_sentence(tree) -> None:
    parse = tree("""
        visited VBD root 0
        Rome NNP obj 1
        . . punct 1
        Nadia NNP nsubj 5
        slept VBD root 0
    """)
    parse.sentences = [(0, 3), (3, 5)]
    assert texts(parse, find_names(parse)) == ["Rome", "Nadia"]


def test_the_first_word_of_a_sentence_is_no_part_of_a_name_by_its_capital(tree) -> None:
    parse = tree("""
        Old JJ amod 2
        Berlin NNP nsubj 3
        sleeps VBZ root 0
    """)
    assert texts(parse, find_names(parse)) == ["Berlin"]


def test_a_title_is_found_whatever_the_tags(tree) -> None:
    parse = tree("""
        up RB root 0
        Above IN case 3
        Us PRP nmod 1
        sold VBD parataxis 1
    """)
    assert texts(parse, find_title(parse, "Above Us (film)")) == ["Above Us"]
    assert find_title(parse, "()") == []


@pytest.mark.parametrize(
    ("words", "dates"),
    [
        ("on 4 May/NNP 1999", ["4 May 1999"]),
        ("on May/NNP 4 , 1999", ["May 4 , 1999"]),
        ("Theresa/NNP May/NNP", []),
        ("Jan/NNP Philip/NNP", []),
        ("in the 1920s", ["1920s"]),
        ("about 1500 people", []),
        ("on Monday/NNP", ["Monday"]),
        ("in 2019", ["2019"]),
    ],
)
def test_dates(tree, words: str, dates: list[str]) -> None:
    rows = []
    for word in words.split():
        text, _, tag = word.partition("/")
        tag = tag or ("CD" if text[0].isdigit() else "IN")
        dep, head = ("nummod", "3") if text == "1500" else ("dep", "1" if rows else "0")
        rows.append(f"{text} {tag} {dep} {head}")
    parse = tree("\n".join(rows))
    assert texts(parse, find_dates(parse)) == dates


def test_phrases_keep_of_and_lose_clauses_and_articles(tree) -> None:
    parse = tree("""
        the DT det 2
        history NN obj 8
        of IN case 4
        art NN nmod 2
        in IN case 6
        Rome NNP nmod 2
        that WDT obj 8
        matters VBZ root 0
    """)
    assert parse.surface(*phrase_span(parse, 1)) == "the history of art in Rome"
    assert parse.surface(*argument_span(parse, 1)) == "history of art"
