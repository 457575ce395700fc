import pytest

from graphmem.core.wording import word_fact


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
