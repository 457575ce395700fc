"""The default encoder, on the real model."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from graphmem.errors import InvalidInput, ModelMissing
from graphmem.models import minilm
from graphmem.models.minilm import WINDOW, MiniLMEncoder
from graphmem.ports import Encoding

TEXTS = [
    "Caroline moved to Lisbon in May 2023.",
    "",
    "Where does Caroline live?",
    "The museum opens at nine, except on Mondays. " * 20,
    "Zürich 👩‍👩‍👧 naïve \u202eabc\u200b",
]


@pytest.fixture(scope="module")
def encoder() -> MiniLMEncoder:
    return MiniLMEncoder(threads=2)


def encode_one(encoder: MiniLMEncoder, text: str) -> Encoding:
    (encoding,) = encoder.encode([text])
    return encoding


def surfaces(text: str, encoding: Encoding) -> list[str]:
    return [text[start:end] for start, end in encoding.offsets]


def test_vectors_are_unit_rows_in_input_order(encoder: MiniLMEncoder) -> None:
    vectors = encoder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert (encoder.embed([text])[0] == vector).all()


def test_no_texts_give_no_rows(encoder: MiniLMEncoder) -> None:
    assert encoder.embed([]).shape == (0, encoder.dimension)
    assert encoder.encode([]) == []


def test_neighbours_order_and_threads_change_no_bit(encoder: MiniLMEncoder) -> None:
    forward = encoder.encode(TEXTS)
    backward = MiniLMEncoder(threads=1).encode(TEXTS[::-1])[::-1]
    for one, other in zip(forward, backward, strict=True):
        assert (one.vector == other.vector).all()
        assert (one.states == other.states).all()


def test_embed_and_encode_give_the_same_vector(encoder: MiniLMEncoder) -> None:
    stacked = np.stack([encoding.vector for encoding in encoder.encode(TEXTS)])
    assert (stacked == encoder.embed(TEXTS)).all()


def test_meaning_decides_the_cosine(encoder: MiniLMEncoder) -> None:
    question, answer, other = encoder.embed(
        [
            "Where does Caroline live now?",
            "Caroline moved to Lisbon in May 2023.",
            "Photosynthesis turns light into sugar.",
        ]
    )
    assert question @ answer > 0.5 > 0.2 > question @ other


def test_offsets_are_characters_of_the_given_text(encoder: MiniLMEncoder) -> None:
    text = "Anna Kowalska, née Nowák, saw 👩‍👩‍👧 in Kraków."
    encoding = encode_one(encoder, text)
    found = surfaces(text, encoding)
    assert found[0] == "Anna"
    assert "👩‍👩‍👧" in found
    assert found[-2:] == ["Kraków", "."]
    assert encoding.states.shape == (len(found), 768)
    assert encoding.states.dtype == np.float16
    assert encoding.offsets.dtype == np.int32


def test_special_words_in_a_text_are_only_text(encoder: MiniLMEncoder) -> None:
    text = "[SEP] and [CLS]"
    assert surfaces(text, encode_one(encoder, text))[:3] == ["[", "SEP", "]"]


def test_lone_surrogates_keep_their_place(encoder: MiniLMEncoder) -> None:
    text = "a \ud800 lone"
    assert surfaces(text, encode_one(encoder, text)) == ["a", "\ud800", "lone"]


def test_empty_text_has_a_vector_and_no_states(encoder: MiniLMEncoder) -> None:
    encoding = encode_one(encoder, "")
    assert encoding.states.shape == (0, 768)
    assert encoding.offsets.shape == (0, 2)
    assert np.isfinite(encoding.vector).all()


def test_a_long_text_counts_by_its_first_window(encoder: MiniLMEncoder) -> None:
    words = "memory " * 20_000
    encoding = encode_one(encoder, words)
    assert len(encoding.offsets) == WINDOW - 2
    assert (encoding.vector == encode_one(encoder, words[:4000]).vector).all()


def test_leading_blanks_do_not_hide_the_text(encoder: MiniLMEncoder) -> None:
    assert surfaces(" " * 9000 + "hello", encode_one(encoder, " " * 9000 + "hello")) == ["hello"]


def test_a_huge_word_is_bounded(encoder: MiniLMEncoder) -> None:
    assert len(encode_one(encoder, "x" * 5_000_000).offsets) == 1


def test_threads_below_one_are_refused() -> None:
    with pytest.raises(InvalidInput, match="threads is 0"):
        MiniLMEncoder(threads=0)


def test_missing_files_say_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "_DATA", tmp_path)
    with pytest.raises(ModelMissing, match="make model"):
        MiniLMEncoder()


def test_damaged_files_say_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "minilm-int8.onnx").write_bytes(b"noise")
    (tmp_path / "tokenizer.json").write_bytes(b"noise")
    monkeypatch.setattr(minilm, "_DATA", tmp_path)
    monkeypatch.setattr(minilm, "_loaded", None)
    with pytest.raises(ModelMissing, match="make model"):
        MiniLMEncoder().embed(["text"])


def _in_child(send: Callable[[bytes], None]) -> None:
    send(MiniLMEncoder(threads=2).embed(TEXTS).tobytes())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_encodes_the_same_bits(encoder: MiniLMEncoder) -> None:
    expected = encoder.embed(TEXTS).tobytes()
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_in_child, args=(sender.send,))
    child.start()
    try:
        assert receiver.poll(60), "the child did not answer"
        assert receiver.recv() == expected
    finally:
        child.join(10)
        if child.is_alive():
            child.kill()
