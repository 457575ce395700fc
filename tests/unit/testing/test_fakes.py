from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from graphmem.errors import InvalidInput
from graphmem.testing.fakes import FakeEmbedder, FixedClock


def test_fake_vectors_are_unit_rows_that_depend_on_the_words_alone() -> None:
    one, same, other, blank = FakeEmbedder().embed(["Red fox", "fox, red!", "blue", " "])
    assert (one == same).all()
    assert one @ one == pytest.approx(1)
    assert one @ other < 0.9
    assert blank @ blank == pytest.approx(1)


def test_shared_words_bring_texts_nearer() -> None:
    question, near, far = FakeEmbedder(256).embed(
        ["where does Caroline live", "Caroline does live here", "a museum opens"]
    )
    assert question @ near > question @ far


def test_fake_embedder_takes_any_text_and_none() -> None:
    assert np.isfinite(FakeEmbedder().embed(["\ud800", "", "日本"])).all()
    assert FakeEmbedder(8).embed([]).shape == (0, 8)
    with pytest.raises(InvalidInput, match="dimension is 1"):
        FakeEmbedder(1)


def test_clock_stands_still_or_steps() -> None:
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    still = FixedClock(noon)
    assert [still(), still()] == [noon, noon]
    stepping = FixedClock(noon, timedelta(seconds=1))
    assert [stepping(), stepping()] == [noon, noon + timedelta(seconds=1)]


def test_clock_tells_utc() -> None:
    east = timezone(timedelta(hours=2))
    assert FixedClock(datetime(2024, 5, 1, 14, tzinfo=east))().isoformat() == (
        "2024-05-01T12:00:00+00:00"
    )
    assert FixedClock(datetime(2024, 5, 1, 12))().tzinfo is UTC
