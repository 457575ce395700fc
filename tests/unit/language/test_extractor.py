import random

import pytest

from graphmem.errors import InvalidInput
from graphmem.language.extractor import SpacyExtractor
from graphmem.models.minilm import MiniLMEncoder
from graphmem.ports import ExtractionInput

TEXTS = [
    "Marta Keller was born in Basel. She moved to Oslo in May 2019 and runs a small bakery there.",
    "Wow, that's great!",
    "The ferry didn't leave because of the storm.\n\n- Tickets were refunded.\n- Nobody was hurt.",
    "",
    "Der Zug nach Hamburg fährt heute nicht, weil es zu viel Schnee auf den Gleisen gibt.",
    "Apollo 11 was launched by NASA on July 16, 1969; the crew returned eight days later.",
]


@pytest.fixture(scope="module")
def inputs() -> list[ExtractionInput]:
    return [ExtractionInput(text, speaker="Ben") for text in TEXTS]


def test_neighbours_and_order_change_nothing(
    extractor: SpacyExtractor, encoder: MiniLMEncoder, inputs: list[ExtractionInput]
) -> None:
    encodings = encoder.encode(TEXTS)
    together = extractor.extract(inputs, encodings)
    order = list(range(len(TEXTS)))
    random.Random(3).shuffle(order)
    shuffled = extractor.extract([inputs[i] for i in order], [encodings[i] for i in order])
    assert [shuffled[order.index(i)] for i in range(len(TEXTS))] == together
    alone = [extractor.extract([inputs[i]], [encodings[i]])[0] for i in range(len(TEXTS))]
    assert alone == together


def test_offsets_point_into_the_verbatim_text(read) -> None:
    for text in TEXTS:
        found = read(text)
        for mention in found.mentions:
            assert " ".join(text[mention.start : mention.end].split()) == mention.name
        assert all(text[start:end].strip() == text[start:end] for start, end in found.sentences)
        assert "".join(text.split()) == "".join(
            "".join(text[start:end].split()) for start, end in found.sentences
        )
        for draft in (*found.events, *found.propositions):
            assert 0 <= draft.start < draft.end <= len(text)


def test_names_and_dates_get_kinds(read) -> None:
    found = {mention.name: mention for mention in read(TEXTS[0]).mentions}
    assert (found["Marta Keller"].kind, found["Marta Keller"].named) == ("person", True)
    assert (found["Basel"].kind, found["Oslo"].kind) == ("place", "place")
    assert (found["May 2019"].kind, found["May 2019"].named) == ("time", False)
    assert not found["small bakery"].named


def test_a_language_without_a_pipeline_gives_names_only(read) -> None:
    found = read(TEXTS[4])
    assert (found.language, found.parsed) == ("de", False)
    assert "Hamburg" in " ".join(mention.name for mention in found.mentions)
    assert all(mention.named and mention.kind == "unknown" for mention in found.mentions)
    assert found.propositions == found.events == ()


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t", "\u200b", "."])
def test_nothing_said_gives_nothing(read, text: str) -> None:
    found = read(text)
    assert found.events == found.propositions == found.mentions == ()


@pytest.mark.parametrize(
    "text",
    [
        "\ud800 Anna sings.",
        "Anna\x00 sings in\x07 Rome.",
        "\u202eAnna\u202c sings\u200d.",
        "a" * 5000,
        "😀 Anna 👩‍👩‍👧 sings 😀",
        "((((((((((((((((((",
        "Anna  \u00a0 sings\u2028in Rome",
    ],
)
def test_strange_text_is_read_without_complaint(read, text: str) -> None:
    found = read(text)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in found.mentions)


def test_a_long_text_is_read_to_its_end(extractor: SpacyExtractor, encoder: MiniLMEncoder) -> None:
    filler = "The harbour was quiet and the boats lay still in the morning light. "
    text = filler * 60 + "Tomas Berg sold the lighthouse to Ines Faro in 1987."
    encodings = encoder.encode([text])
    for reader in (extractor, SpacyExtractor()):
        found = reader.extract([ExtractionInput(text)], encodings)[0]
        assert found.sentences[-1][1] == len(text)
        last = [mention for mention in found.mentions if mention.start > len(filler) * 60 - 1]
        assert {"Tomas Berg", "Ines Faro"} <= {mention.name for mention in last}
        assert all(text[m.start : m.end] == m.name for m in last)
    with_states = extractor.extract([ExtractionInput(text)], encodings)[0]
    facts = {(p.subject.text, p.predicate, p.object.text) for p in with_states.propositions}
    assert ("Tomas Berg", "sell", "lighthouse") in facts


def test_as_many_encodings_as_passages(extractor: SpacyExtractor, encoder: MiniLMEncoder) -> None:
    with pytest.raises(InvalidInput, match="2 passages came with 1 encodings"):
        extractor.extract([ExtractionInput("a"), ExtractionInput("b")], encoder.encode(["a"]))
