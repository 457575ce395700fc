import pytest

from graphmem.core.marks import (
    FIRST_PERSON_SHIFT,
    AskedDate,
    Mark,
    Want,
    asked_dates,
    follower_bit,
    marks_of,
    proper_words,
    wants_of,
)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("We met yesterday.", Mark.TIME),
        ("It was three weeks later.", Mark.TIME),
        ("On the 3rd it rained.", Mark.TIME),
        ("LAST NIGHT it rained.", Mark.TIME),
        ("Both came.", Mark.NUMBER),
        ("It costs £4.", Mark.NUMBER),
        ("A shop in Porto.", Mark.PLACE),
        ("I’d rather walk.", Mark.PREFERENCE),
        ("My favourite is tea.", Mark.PREFERENCE),
    ],
)
def test_a_passage_is_marked(text: str, mark: Mark) -> None:
    assert marks_of(text) & mark
    assert not marks_of("Nothing to see here.")


def test_a_word_that_may_open_a_preference_is_none_alone() -> None:
    assert not marks_of("The fan is broken, try again now.") & Mark.PREFERENCE


@pytest.mark.parametrize(
    ("text", "n"), [("It rains.", 0), ("I'm glad.", 1), ("I and my dog; we and our cat.", 3)]
)
def test_first_person_words_are_counted_up_to_three(text: str, n: int) -> None:
    assert marks_of(text) >> FIRST_PERSON_SHIFT == n


@pytest.mark.parametrize(
    ("question", "want"),
    [
        ("When did Ann move?", Want.TIME),
        ("In which year did she move?", Want.TIME),
        ("How many dogs are there?", Want.NUMBER),
        ("Where does she live?", Want.PLACE),
        ("Can you suggest a book?", Want.ADVICE),
        ("How much should I save?", Want.NUMBER | Want.ADVICE),
        ("Can you list the order in which I asked?", Want.NOTHING),
        ("Who is she?", Want.NOTHING),
    ],
)
def test_a_question_wants(question: str, want: Want) -> None:
    assert wants_of(question) == want


@pytest.mark.parametrize(
    ("question", "dates"),
    [
        ("What happened on May 7, 2023?", (AskedDate(5, 7, 2023),)),
        ("What happened on the 7th of May?", (AskedDate(5, 7, 0),)),
        ("What did she do in May?", (AskedDate(5, 0, 0),)),
        ("What may she do?", ()),
        ("In 2022, what did she do in August and in June?",
         (AskedDate(8, 0, 2022), AskedDate(6, 0, 2022))),
        ("What happened in 2022?", ()),
    ],
)  # fmt: skip
def test_dates_with_a_month_are_read(question: str, dates: tuple[AskedDate, ...]) -> None:
    assert asked_dates(question) == dates


def test_proper_words_are_capitalised_or_numbers() -> None:
    asked = "Who led the FC Porto of 1987 in North Carolina?"
    assert proper_words(asked) == ("FC", "Porto", "1987", "North", "Carolina")
    assert proper_words("Ann's dog?") == ("Ann's",)


def test_the_bit_of_a_follower_stays_the_same_over_processes() -> None:
    assert [follower_bit(term) for term in ("cat", "dog", "ü")] == [1, 32, 32]
