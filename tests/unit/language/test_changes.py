"""What clauses about homes, jobs and things end, begin, and leave as it is."""

import pytest

from graphmem.core.extraction import Extraction

ANN = "Ann"


def said(found: Extraction) -> set[tuple[str, str, str, bool]]:
    return {
        (p.subject.text, p.predicate, p.object.text, p.negated)
        for p in found.propositions
        if p.asserted
    }


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("I joined Siemens in March.", (ANN, "work at", "Siemens", False)),
        ("I was hired by Siemens.", (ANN, "work at", "Siemens", False)),
        ("I quit my job.", (ANN, "be out of work", "work", False)),
        ("I lost my job in May.", (ANN, "be out of work", "work", False)),
        ("I was laid off.", (ANN, "be out of work", "work", False)),
        ("Omar has retired.", ("Omar", "be out of work", "work", False)),
        ("I also work at a bar.", (ANN, "work also at", "bar", False)),
        ("I live in a small flat.", (ANN, "dwell in", "small flat", False)),
        ("I moved to a bigger flat.", (ANN, "move into", "bigger flat", False)),
        ("I moved into a flat.", (ANN, "move into", "flat", False)),
        ("I moved into Porto.", (ANN, "move to", "Porto", False)),
        ("I moved into a leadership role.", (ANN, "move over into", "leadership role", False)),
        ("I moved to a new apartment in Porto.", (ANN, "move to", "Porto", False)),
        ("I live in a house in Braga.", (ANN, "live in", "Braga", False)),
        ("I worked at Costa on weekends.", (ANN, "work at", "Costa", False)),
        ("I now work at Costa, mostly evenings.", (ANN, "work at", "Costa", False)),
        ("I work at Costa every morning.", (ANN, "work at", "Costa", False)),
        ("I got married to Omar in the summer.", (ANN, "be married to", "Omar", False)),
        ("I don't live in a flat anymore.", (ANN, "dwell in", "flat", True)),
        ("In summer I live in Faro.", (ANN, "live also in", "Faro", False)),
        ("I'm living in Faro for the winter.", (ANN, "live also in", "Faro", False)),
        ("I work at Costa on weekends.", (ANN, "work also at", "Costa", False)),
        ("I'm working at a cafe this morning.", (ANN, "work also at", "cafe", False)),
        ("I have worked at Costa since the summer.", (ANN, "work at", "Costa", False)),
        ("I moved to Faro this summer.", (ANN, "move to", "Faro", False)),
        ("I moved to accounting.", (ANN, "move over to", "accounting", False)),
        ("I moved to a small village.", (ANN, "move to", "small village", False)),
        ("I moved to Lisbon.", (ANN, "move to", "Lisbon", False)),
        ("I left Siemens.", (ANN, "work at", "Siemens", True)),
        ("I left Siemens on Friday.", (ANN, "work at", "Siemens", True)),
        ("Omar left Siemens in May.", ("Omar", "work at", "Siemens", True)),
        ("I quit Fjordtech.", (ANN, "work at", "Fjordtech", True)),
        ("I got fired on Friday.", (ANN, "be out of work", "work", False)),
        ("I got hired by Siemens.", (ANN, "work at", "Siemens", False)),
        ("I got married to Omar.", (ANN, "be married to", "Omar", False)),
        ("I got promoted to manager.", (ANN, "be promoted to", "manager", False)),
        ("I quit my apprenticeship at Bosch.", (ANN, "work at", "Bosch", True)),
        ("I'm a structural engineer at Arcadia.", (ANN, "work at", "Arcadia", False)),
        ("Omar is a nurse at Maple Clinic.", ("Omar", "work at", "Maple Clinic", False)),
        ("I traded my Toyota for a Honda.", (ANN, "have", "Honda", False)),
        ("I ended the Netflix subscription.", (ANN, "have subscription of", "Netflix", True)),
        ("Bruno died in June.", ("Bruno", "be", "dead", False)),
        ("My dad passed away in 2019.", ("Ann's dad", "be", "dead", False)),
        ("Pepper died this morning.", ("Pepper", "be", "dead", False)),
        ("My friend Tom's mother died.", ("Tom's mother", "be", "dead", False)),
        ("I'm a nurse at Maple Clinic.", (ANN, "work at", "Maple Clinic", False)),
        ("Omar is no longer a nurse at Acme.", ("Omar", "work at", "Acme", True)),
        ("I traded in my old van.", (ANN, "trade in", "Ann's old van", False)),
        ("I trade Bitcoin.", (ANN, "trade some", "Bitcoin", False)),
        ("I ended the yoga class early.", (ANN, "end some", "yoga class", False)),
        ("I might sell my Toyota.", (ANN, "have", "Toyota", False)),
        ("Marek quit DPD.", ("Marek", "work at", "DPD", True)),
        ("Ruth and Callum have split up.", ("Callum", "have girlfriend", "Ruth", True)),
        ("I broke up with Luca.", (ANN, "have boyfriend", "Luca", True)),
        ("Our new address is 12 Park Lane, Ilkley.", (ANN, "live in", "Ilkley", False)),
        (
            "I live with my brother Tom and our two kids, Mia and Leo.",
            (ANN, "live with", "Leo", False),
        ),
    ],
)
def test_a_clause_means_more_than_its_words(
    read, text: str, fact: tuple[str, str, str, bool]
) -> None:
    assert fact in said(read(text, speaker=ANN))


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("I moved to the desk by the window.", "move to"),
        ("We moved to a bigger office.", "move to"),
        ("I also live in Nice.", "live in"),
        ("In summer I live in Faro.", "live in"),
        ("I moved to a bigger flat.", "move to"),
        ("I joined the Green Party.", "work at"),
        ("I did not join Siemens.", "work at"),
        ("I might join Siemens.", "work at"),
        ("I left Siemens at five with two bags.", "work at"),
        ("I want to quit my job.", "be out of work"),
        ("I lost the keys.", "be out of work"),
        ("Omar retired from the race.", "be out of work"),
        ("Omar retired to bed.", "be out of work"),
        ("I quit my second job.", "be out of work"),
        ("I lost my position in the queue.", "be out of work"),
        ("The gun was fired.", "be out of work"),
        ("I quit my job and joined Siemens.", "be out of work"),
        ("I'm at IKEA now.", "work at"),
        ("We are based in Berlin.", "be based in"),
        ("I sold a bike to Omar.", "sell"),
        ("I lost the van in the car park.", "lose"),
        ("I left the college at noon.", "leave"),
        ("I got the van fixed.", "be fixed"),
        ("I left Paris on Friday.", "work at"),
        ("I'm a volunteer nurse at Maple Clinic.", "work at"),
        ("I'm a beginner at Maple Clinic.", "work at"),
        ("I'm also a teacher at Maple School.", "work at"),
        ("Omar is not a nurse at Maple Clinic.", "work at"),
        ("My phone died.", "be"),
        ("Bruno nearly died.", "be"),
        ("I died laughing.", "be"),
        ("In my dream, my dad died.", "be"),
        ("My team died.", "be"),
        ("I traded Berlin for Lisbon.", "have"),
        ("I swapped shifts for Omar.", "have"),
        ("I swapped the van for the weekend.", "have"),
        ("Omar lost the Ohio primary.", "have primary of"),
        ("I'm a bartender at Blue Moon on weekends.", "work at"),
        ("I'm a nurse at Maple Clinic next year.", "work at"),
        ("Omar is a guard at the gate.", "work at"),
        ("Omar is the best driver at Le Mans.", "work at"),
        ("In the game, Omar is a nurse at Maple Clinic.", "work at"),
        ("I left Lisbon on Friday.", "live in"),
        ("I've left London, my train arrives at 6.", "live in"),
        ("My sister and I split up in the crowd.", "date"),
        ("Ruth and Tom split up at the mall.", "date"),
        ("I split the bill with Tom.", "date"),
        ("Omar is no longer the night nurse at Acme.", "work at"),
        ("Windows died.", "be"),
        ("I am at Acme from July 6th.", "be from"),
        ("Marek is training to be a train driver.", "be"),
        ("We are getting married on September 12.", "be married on"),
    ],
)
def test_what_is_not_said_ends_and_begins_nothing(read, text: str, relation: str) -> None:
    assert relation not in {predicate for _, predicate, *_ in said(read(text, speaker=ANN))}


def test_nobody_lives_in_a_season(read) -> None:
    found = said(read("In summer I live in Faro.", speaker=ANN))
    assert {value for _, predicate, value, _ in found if predicate.startswith("live")} == {"Faro"}


def test_who_is_out_of_work_is_told_so(read) -> None:
    found = read("I quit my job.", speaker=ANN)
    assert "Ann is out of work" in {p.text for p in found.propositions}


def test_who_got_into_a_state_is_in_it_from_then_on(read) -> None:
    (fact,) = [
        p
        for p in read("I got married to Omar in May 2023.", speaker=ANN).propositions
        if p.predicate == "be married to"
    ]
    assert (fact.tense, fact.over) == ("present", False)
    assert fact.validity is not None
    assert fact.validity.start is not None
    assert fact.validity.start.isoformat()[:7] == "2023-05"


def test_somebody_quit_in_the_past(read) -> None:
    (fact,) = [
        p for p in read("Omar quit Siemens.", speaker=ANN).propositions if p.predicate == "quit"
    ]
    assert fact.tense == "past"


def test_who_died_is_dead_from_then_on_and_told_in_the_words_that_told_of_it(read) -> None:
    found = read("My dad passed away in 2019.", speaker=ANN).propositions
    (fact,) = [p for p in found if p.object.text == "dead"]
    assert fact.text == "Ann's dad passed away"
    assert fact.validity is not None
    assert fact.validity.start is not None
    assert fact.validity.start.year == 2019


def test_a_friend_is_not_dead_whose_mother_is(read) -> None:
    found = said(read("My friend Tom's mother died.", speaker=ANN))
    assert {subject for subject, _, value, _ in found if value == "dead"} == {"Tom's mother"}


def test_what_was_traded_is_owned_no_more(read) -> None:
    found = said(read("I traded my Toyota for a Honda.", speaker=ANN))
    assert {value for _, predicate, value, _ in found if predicate == "have"} == {"Honda"}
