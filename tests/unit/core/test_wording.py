import pytest

from graphmem.core.wording import is_state, word_fact


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (("Ann", "live in", "Rome", False), "Ann lives in Rome"),
        (("Ann", "live in", "Rome", True), "Ann does not live in Rome"),
        (("Ann", "be", "tall", False), "Ann is tall"),
        (("Ann", "be born in", "Rome", True), "Ann is not born in Rome"),
        (("the bridges", "be", "old", False), "the bridges are old"),
        (("the bridges", "cross", "the river", True), "the bridges do not cross the river"),
        (("Bo", "carry", "water", False), "Bo carries water"),
        (("Bo", "watch", "birds", False), "Bo watches birds"),
        (("Bo", "have", "a boat", False), "Bo has a boat"),
        (("James", "play", "chess", False), "James plays chess"),
        (("Bo", "can", "swim", True), "Bo can not swim"),
        (("Bo", "sleep", "", False), "Bo sleeps"),
        (("the glass", "break", "", False), "the glass breaks"),
    ],
)
def test_a_fact_reads_as_a_statement(fact: tuple[str, str, str, bool], said: str) -> None:
    subject, predicate, obj, negated = fact
    assert word_fact(subject, predicate, obj, negated=negated) == said


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (("Nadia", "live in", "Oslo", False), "Nadia lived in Oslo"),
        (("Nadia", "move to", "Lisbon", False), "Nadia moved to Lisbon"),
        (("Nadia", "move to", "Lisbon", True), "Nadia did not move to Lisbon"),
        (("the bridge", "be built in", "1950", False), "the bridge was built in 1950"),
        (("the bridges", "be built in", "1950", False), "the bridges were built in 1950"),
        (("I", "be", "tired", True), "I was not tired"),
        (("Bo", "give up", "coffee", False), "Bo gave up coffee"),
        (("Bo", "carry", "water", False), "Bo carried water"),
        (("Bo", "play", "chess", False), "Bo played chess"),
        (("Bo", "stop", "", False), "Bo stopped"),
        (("Bo", "open", "a shop", False), "Bo opened a shop"),
        (("Bo", "submit", "a plan", False), "Bo submitted a plan"),
        (("Bo", "fix", "it", False), "Bo fixed it"),
        (("Bo", "own", "a boat", False), "Bo owned a boat"),
        (("the glasses", "break", "", False), "the glasses broke"),
    ],
)
def test_what_was_told_as_past_reads_as_past(fact: tuple[str, str, str, bool], said: str) -> None:
    subject, predicate, obj, negated = fact
    assert word_fact(subject, predicate, obj, negated=negated, tense="past") == said


@pytest.mark.parametrize(
    ("predicate", "state"),
    [
        ("live in", True), ("be", True), ("be mayor of", True), ("be proud of", True),
        ("be married to", True), ("be based in", True), ("be red", True), ("have", True),
        ("move to", False), ("be built in", False), ("be elected", False), ("be born in", False),
        ("write", False),
    ],
)  # fmt: skip
def test_states_last_and_events_happen(predicate: str, state: bool) -> None:
    assert is_state(predicate) is state
