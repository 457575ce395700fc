"""A process that asks an LLM is killed again and again; what it had is not asked for twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from graphmem.models.llm.cache import ResponseCache
from graphmem.testing.llm_server import LLMServer

CHILD = Path(__file__).parent / "llm_child.py"
N_CALLS = 200
N_KILLS = 5


@pytest.mark.slow
def test_what_was_answered_before_a_kill_is_not_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "llm.db"
    environment = {**os.environ, "OPENAI_API_KEY": "any"}
    with LLMServer(lambda messages: {"n": messages[0]["content"]}, delay_s=0.02) as server:
        command = [sys.executable, str(CHILD), server.url, str(path), str(N_CALLS)]
        n_known = 0
        for at in range(N_KILLS + 1):
            with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
                assert child.stdout is not None
                # The answers of the runs before come at once; it is killed amid new ones.
                for _ in range((at + 1) * N_CALLS // (N_KILLS + 2)):
                    child.stdout.readline()
                if at < N_KILLS:
                    child.kill()
                child.stdout.read()
            cache = ResponseCache(path)
            n_kept = cache.stats().n_answers
            cache.close()
            assert n_kept > n_known
            n_known = n_kept
        served = server.served()
    assert n_known == N_CALLS
    assert len(served.answered) == N_CALLS
    # Twice only what was under way when it was killed: 8 calls at most.
    assert sum(served.repeated.values()) - len(served.repeated) <= 8 * N_KILLS
    assert max(served.answered.values()) <= 1 + N_KILLS
