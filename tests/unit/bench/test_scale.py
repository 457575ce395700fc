from pathlib import Path

import numpy as np
import pytest

from graphmem.bench import scale, scale_search
from graphmem.bench.scale_load import fill, passage_uid
from graphmem.bench.scale_models import MadeEncoder
from graphmem.bench.scale_texts import A_BLOCK, WordVectors, block_of, name_of, question_about
from graphmem.models.minilm import MiniLMEncoder
from graphmem.stores.registry import open_store
from graphmem_schemas import Passage

DIMENSION = 64


def test_the_number_alone_says_what_a_block_is() -> None:
    assert [made.text for made in block_of(3)] == [made.text for made in block_of(3)]
    assert block_of(3)[0].text != block_of(4)[0].text
    assert len(block_of(6)) == A_BLOCK


def test_every_name_is_another_one() -> None:
    assert len({name_of(number) for number in range(0, 200_000, 7)}) == len(range(0, 200_000, 7))


def test_a_few_words_are_in_many_passages_and_most_in_few() -> None:
    found = [set(made.words.tolist()) for block in range(4) for made in block_of(block)]
    words, counts = np.unique(np.concatenate([list(one) for one in found]), return_counts=True)
    assert counts.max() > len(found) / 20
    assert np.median(counts) <= 3
    assert len(words) > 10_000


def test_a_question_lies_nearest_to_its_passage() -> None:
    made, vectors = block_of(0), WordVectors(DIMENSION)
    rows = vectors.of(made)
    asked = vectors.of_texts([question_about(made[at], at) for at in range(40)])
    ranks = [int((rows @ one > rows[at] @ one).sum()) for at, one in enumerate(asked)]
    assert np.median(ranks) < 5


def test_what_is_filled_is_what_ingestion_would_write(tmp_path: Path) -> None:
    store = open_store(tmp_path / "made.db")
    fill(store, "s", 2 * A_BLOCK, WordVectors(DIMENSION), lambda _: None)
    counts = store.count("s")
    titled, turn = store.get("s", [passage_uid(7), passage_uid(A_BLOCK + 3)])
    edges = store.neighbours("s", [passage_uid(7)], ["NEXT", "PART_OF", "MENTIONS"])
    store.close()
    assert counts.nodes["Passage"] == 2 * A_BLOCK
    assert counts.nodes["Source"] == A_BLOCK // 5 + A_BLOCK // 20
    assert isinstance(titled, Passage)
    assert isinstance(turn, Passage)
    assert titled.title
    assert turn.speaker
    assert {edge.kind for edge in edges} == {"NEXT", "PART_OF", "MENTIONS"}
    assert max(edge.weight for edge in edges if edge.kind == "MENTIONS") == 2.0


def test_the_encoder_gives_made_vectors_for_any_text() -> None:
    encoder = MadeEncoder(MiniLMEncoder(threads=1))
    rows = encoder.embed(["nothing made", "nothing made", ""])
    assert rows.shape == (3, encoder.dimension)
    assert np.array_equal(rows[0], rows[1])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, rtol=1e-5)
    assert np.array_equal(encoder.encode(["nothing made"])[0].vector, rows[0])


@pytest.mark.slow
def test_all_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "_N_SMALL", A_BLOCK)
    monkeypatch.setattr(scale, "_N_ADDS", 2)
    for name, value in (("_N_QUESTIONS", 8), ("_N_PARALLEL", 4), ("_N_ROUNDS", 1)):
        monkeypatch.setattr(scale_search, name, value)
    report = scale.run_scale(2 * A_BLOCK, lambda _: None, stores=tmp_path, walk=False)
    measured = {name for name, value in report.figures.items() if value}
    assert measured == set(scale.TARGETS) - {"push_vs_prpack", "top20_overlap"}
    assert f"{2 * A_BLOCK:,} passages" in report.table()
    again = scale.run_scale(2 * A_BLOCK, lambda _: None, stores=tmp_path, walk=False)
    assert "fill_2000_s" in report.details
    assert "fill_2000_s" not in again.details
