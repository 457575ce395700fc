from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from graphmem.core.extraction import Extraction
from graphmem.language.extractor import SpacyExtractor
from graphmem.language.parse import Parse, make_parse
from graphmem.models.minilm import MiniLMEncoder
from graphmem.ports import ExtractionInput

Read = Callable[..., Extraction]
Tree = Callable[[str], Parse]


@pytest.fixture(scope="session")
def encoder() -> MiniLMEncoder:
    return MiniLMEncoder(threads=1)


@pytest.fixture(scope="session")
def extractor(encoder: MiniLMEncoder) -> SpacyExtractor:
    return SpacyExtractor(encoder=encoder)


@pytest.fixture(scope="session")
def read(extractor: SpacyExtractor, encoder: MiniLMEncoder) -> Read:
    """Extract one text: `read(text, speaker=…, addressee=…, title=…, at=…)`."""

    def extract(text: str, **about: Any) -> Extraction:
        passage = ExtractionInput(text, **about)
        return extractor.extract([passage], encoder.encode([text]))[0]

    return extract


@pytest.fixture
def tree() -> Tree:
    """Build a parse by hand from "word TAG dep head" lines; heads count from 1, 0 is a root."""

    def build(lines: str) -> Parse:
        rows = [line.split() for line in lines.strip().splitlines()]
        words = [row[0] for row in rows]
        heads = [int(row[3]) - 1 if row[3] != "0" else at for at, row in enumerate(rows)]
        deps = [row[2] if row[3] != "0" else "ROOT" for row in rows]
        ends = np.cumsum([len(word) + 1 for word in words]) - 1
        offsets = np.stack([ends - [len(word) for word in words], ends], axis=1).astype(np.int64)
        states = np.zeros((len(words), 768), np.float32)
        keys = np.arange(len(words), dtype=np.uint64)
        columns = (words, [word.lower() for word in words], [row[1] for row in rows], deps, heads)
        return make_parse(" ".join(words), columns, offsets, [0], states, keys)

    return build
