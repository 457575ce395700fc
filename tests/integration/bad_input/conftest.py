"""A memory of a note and a chat, which all that is refused leaves as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graphmem.memory import Memory
from tests.integration.bad_input.refusals import QUESTION, open_memory


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    with open_memory(tmp_path_factory.mktemp("store") / "agent.db") as opened:
        opened.add("Ann lives in Rome. Bo likes Ann.", source="note", at="2023-05-01")
        opened.add([{"speaker": "Cy", "text": "I live in Oslo."}], source="chat")
        opened.search(QUESTION)
        yield opened
