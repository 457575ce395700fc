"""The compiled network and parser against spaCy's own, on weights trained on the spot."""

from pathlib import Path

import numpy as np
import pytest

from graphmem.language.network import load_network
from graphmem.language.pipeline import Pipeline
from graphmem.language.tokens import tokenize

SCRIPTS = Path(__file__).parents[3] / "scripts"
TEXTS = [
    "Anna saw the old ship that Omar sold.",
    "Omar sold ships . He saw Anna there .",
    "ship",
    "Who knows? Nobody, said Anna; then the old man left for Rome, Oslo and Bern in 1990!",
]


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))


def some_groups(rng: np.random.Generator) -> list:
    """Sentences of random projective trees: enough to give every weight some value."""
    from train_language_data import Group, Sentence

    words = "Anna Omar saw sold the old ship that he left , .".split()
    tags = "NNP NNP VBD VBD DT JJ NN WDT PRP VBD , .".split()
    groups = []
    for _ in range(40):
        picked = rng.integers(0, len(words), size=7).tolist()
        root = int(rng.integers(0, 7))
        heads = [at + 1 if at < root else max(root, at - 1) for at in range(7)]
        sentence = Sentence(
            document="d",
            words=[words[at] for at in picked],
            spaces=[True] * 7,
            tags=[tags[at] for at in picked],
            heads=heads,
            deps=["ROOT" if at == root else ("nsubj", "obj")[at % 2] for at in range(7)],
            lemmas=[words[at] for at in picked],
        )
        states = rng.normal(size=(14, 768)).astype(np.float32)
        groups.append((Group([sentence, sentence], states), None))
    return groups


def test_the_runtime_gives_the_trees_of_the_trained_pipeline(
    scripts: None, tmp_path: Path
) -> None:
    from train_language_export import export_network
    from train_language_parser import Recipe, train_parser
    from train_language_tok2vec import STATES_KEY

    rng = np.random.default_rng(5)
    recipe = Recipe(epochs=6, batch_words=60, warmup_steps=3, width=32, hidden_width=16)
    nlp = train_parser(some_groups(rng), recipe)
    export_network(nlp, tmp_path)
    pipeline = Pipeline(tmp_path)
    n_arcs = 0
    for text in TEXTS:
        tokens = tokenize(pipeline.nlp, text)
        states = rng.normal(size=(len(tokens.doc), 768)).astype(np.float32)
        parse = pipeline.parse_tokens(text, tokens, states)
        doc = nlp.make_doc(text)
        doc.user_data[STATES_KEY] = states
        for _, pipe in nlp.pipeline:
            doc = pipe(doc)
        assert parse.tags == [token.tag_ for token in doc]
        assert parse.heads == [token.head.i for token in doc]
        assert parse.deps == [token.dep_ for token in doc]
        assert [start for start, _ in parse.sentences] == [sent.start for sent in doc.sents]
        n_arcs += sum(head != at for at, head in enumerate(parse.heads))
    assert n_arcs > 10


def test_int8_keeps_what_the_network_says(scripts: None, tmp_path: Path) -> None:
    from train_language_export import export_network, quantize_network
    from train_language_parser import Recipe, train_parser

    rng = np.random.default_rng(5)
    recipe = Recipe(epochs=2, batch_words=60, warmup_steps=3, width=32, hidden_width=16)
    export_network(train_parser(some_groups(rng), recipe), tmp_path)
    exact = load_network(tmp_path)
    quantize_network(tmp_path)
    rounded = load_network(tmp_path)
    hashed = rng.normal(size=(9, sum(table.shape[1] for table in exact.tables)), scale=0.3)
    states = rng.normal(size=(9, 768), scale=0.5)
    said = [
        network.run(hashed.astype(np.float32), states.astype(np.float32))[1]
        for network in (exact, rounded)
    ]
    away = np.abs(said[1] - said[0]).mean() / np.abs(said[0]).mean()
    assert 0 < away < 0.05
