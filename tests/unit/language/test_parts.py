from pathlib import Path

import numpy as np
import pytest
import spacy

from graphmem.errors import ModelMissing
from graphmem.language.alignment import align_states
from graphmem.language.lemmas import Lemmatizer
from graphmem.language.network import load_network
from graphmem.language.pipeline import MODEL_FOLDER
from graphmem.language.sentences import surface_sentences
from graphmem.language.surface import capitalised_spans
from graphmem.language.tokens import tokenize
from graphmem.language.trees import lower_arcs, sentence_starts
from graphmem.language.weights import load_weights
from graphmem.language.windows import cut_windows
from graphmem.ports import Encoding


def encoding_of(offsets: list[tuple[int, int]]) -> Encoding:
    states = np.arange(len(offsets), dtype=np.float16)[:, None] * np.ones(768, np.float16)
    return Encoding(np.zeros(4, np.float32), states, np.array(offsets, np.int32).reshape(-1, 2))


def test_a_word_has_the_mean_state_of_its_pieces() -> None:
    encoding = encoding_of([(0, 3), (3, 5), (6, 9)])
    words = np.array([[0, 5], [6, 9], [20, 22]], np.int64)
    rows = align_states(encoding, words, np.full(768, 7, np.float32))
    assert rows[:, 0].tolist() == [0.5, 2.0, 7.0]
    none = align_states(encoding_of([]), words, np.full(768, 7, np.float32))
    assert none[:, 5].tolist() == [7.0, 7.0, 7.0]


@pytest.mark.parametrize("seed", range(8))
def test_the_mean_of_up_to_four_pieces_is_that_of_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.permutation([1, 2, 3, 4, *rng.integers(1, 5, 12)])
    ends = np.cumsum(sizes)
    states = rng.normal(size=(ends[-1], 768)).astype(np.float16)
    pieces = np.arange(ends[-1], dtype=np.int32)[:, None] + np.array([0, 1], np.int32)
    words = np.stack([ends - sizes, ends], axis=1).astype(np.int64)
    encoding = Encoding(np.zeros(4, np.float32), states, pieces)
    rows = align_states(encoding, words, np.zeros(768, np.float32))
    for row, (start, end) in zip(rows, words.tolist(), strict=True):
        total = np.zeros(768, np.float32)
        for state in states[start:end].astype(np.float32):
            total += state
        assert np.array_equal(row, total / np.float32(end - start))


def test_blanks_are_no_words_and_lines_that_end_on_purpose_end_sentences() -> None:
    text = (
        "  Milk\n- eggs  and\tham\n" + "a long line that an editor wrapped at its right margin, "
    )
    text += "as editors do\nand went on"
    tokens = tokenize(spacy.blank("en"), text)
    words = [text[start:end] for start, end in tokens.offsets.tolist()]
    assert words[:6] == ["Milk", "-", "eggs", "and", "ham", "a"]
    assert [word for word, at in zip(words, tokens.forced, strict=True) if at] == ["-", "a"]


def test_lifted_arcs_go_back_to_the_word_they_name() -> None:
    heads, deps = [1, 1, 1, 1], ["nsubj", "ROOT", "obj", "acl||obj"]
    lower_arcs(heads, deps)
    assert (heads, deps) == ([1, 1, 1, 2], ["nsubj", "ROOT", "obj", "acl"])
    assert sentence_starts([1, 1, 3, 3]) == [0, 2]


@pytest.mark.parametrize(
    ("word", "tag", "lemma"),
    [
        ("Was", "VBD", "be"), ("'ve", "VBP", "have"), ("went", "VBD", "go"),
        ("making", "VBG", "make"), ("stopped", "VBD", "stop"), ("cities", "NNS", "city"),
        ("children", "NNS", "child"), ("better", "JJR", "good"), ("wo", "MD", "will"),
        ("Paris", "NNP", "paris"), ("yodelled", "VBD", "yodel"), ("glorbed", "VBD", "glorb"),
        ("smoking", "VBG", "smoke"), ("sing", "VBG", "sing"), ("traded", "VBD", "trade"),
        ("quoted", "VBD", "quote"), ("assembled", "VBD", "assemble"), ("tying", "VBG", "tie"),
        ("added", "VBD", "add"), ("agreed", "VBD", "agree"), ("soaking", "VBG", "soak"),
        ("visited", "VBD", "visit"), ("changing", "VBG", "change"), ("staffed", "VBD", "staff"),
    ],
)  # fmt: skip
def test_lemmas(word: str, tag: str, lemma: str) -> None:
    assert Lemmatizer(MODEL_FOLDER / "lemmas.json")(word, tag) == lemma


def test_capitals_make_names_where_there_is_no_parser() -> None:
    text = "The Bank of England said so. Nobody in Leeds asked. He met Ana de la Cruz's son."
    names = [text[start:end] for start, end in capitalised_spans(text)]
    assert names == ["Bank of England", "Leeds", "Ana de la Cruz"]


def test_surface_sentences_cover_all_but_blanks() -> None:
    text = ' One. "Two!"  Three\nfour。五。 '
    assert [text[s:e] for s, e in surface_sentences(text)] == [
        "One.", '"Two!"', "Three", "four。", "五。",
    ]  # fmt: skip


def test_windows_are_bounded_and_lose_nothing() -> None:
    text = "A short one. " * 30 + "x" * 950 + " end. " + "word " * 300
    windows = cut_windows(text, 200)
    assert max(end - start for start, end in windows) <= 200
    kept = "".join(text[start:end] for start, end in windows)
    assert "".join(kept.split()) == "".join(text.split())


def test_missing_or_broken_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "heads.npz").write_bytes(b"noise")
    (tmp_path / "lemmas.json").write_text("{")
    for load, name in (
        (load_weights, "heads.npz"),
        (Lemmatizer, "lemmas.json"),
        (load_network, ""),
        (load_weights, "nowhere.npz"),
    ):
        with pytest.raises(ModelMissing, match="reinstall graphmem"):
            load(tmp_path / name)


def test_the_committed_model_is_small_and_free_of_pickles() -> None:
    files = [path for path in MODEL_FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 8_000_000
    assert {path.suffix for path in files} <= {".npz", ".onnx", ".json", ""}
    for path in files:
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                assert all(arrays[name].dtype != object for name in arrays.files)
