from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example

from graphmem.errors import ModelMissing, NotSupported
from graphmem.language.extractor import SpacyExtractor
from graphmem.models.minilm import MiniLMEncoder
from graphmem.ports import ExtractionInput

TEXT = "Anna lives in Lisbon"


@pytest.fixture(scope="module")
def users_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline with spaCy's English labels that has learnt one sentence by heart."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tagger")
    nlp.add_pipe("parser", config={"min_action_freq": 1})
    gold = Doc(
        nlp.vocab,
        words=TEXT.split(),
        tags=["NNP", "VBZ", "IN", "NNP"],
        heads=[1, 1, 1, 2],
        deps=["nsubj", "ROOT", "prep", "pobj"],
    )
    other = Doc(
        nlp.vocab,
        words=["Eat", "bread"],
        tags=["VB", "NN"],
        heads=[0, 0],
        deps=["ROOT", "dobj"],
    )
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in (gold, other)]
    nlp.initialize(lambda: examples)
    for _ in range(30):
        nlp.update(examples)
    folder = tmp_path_factory.mktemp("pipeline") / "mine"
    nlp.to_disk(folder)
    return folder


def test_a_users_pipeline_takes_the_place_of_ours(
    users_pipeline: Path, encoder: MiniLMEncoder
) -> None:
    extractor = SpacyExtractor(str(users_pipeline))
    found = extractor.extract([ExtractionInput(TEXT)], encoder.encode([TEXT]))[0]
    assert extractor.name == f"spacy:{users_pipeline}"
    facts = [(p.subject.text, p.predicate, p.object.text) for p in found.propositions]
    assert facts == [("Anna", "live in", "Lisbon")]


def test_an_unknown_pipeline_says_how_to_install_it() -> None:
    with pytest.raises(ModelMissing, match="spacy download en_core_web_nowhere"):
        SpacyExtractor("en_core_web_nowhere")


def test_a_pipeline_without_a_parser_is_refused(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "bare")
    with pytest.raises(NotSupported, match="no tagger and no parser"):
        SpacyExtractor(str(tmp_path / "bare"))


def test_a_pipeline_of_another_language_is_refused(tmp_path: Path) -> None:
    spacy.blank("de").to_disk(tmp_path / "german")
    with pytest.raises(NotSupported, match="'de'"):
        SpacyExtractor(str(tmp_path / "german"))
