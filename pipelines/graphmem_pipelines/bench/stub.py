"""An LLM that answers after a while, in a process of its own: it takes no turn of the job's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["stub_llm"]

_SERVE = """
import sys
from graphmem.testing.llm_server import LLMServer
with LLMServer(lambda messages: {"entities": []}, delay_s=float(sys.argv[1])) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def stub_llm(delay_s: float) -> Iterator[str]:
    """Serve answers without rows for the length of a `with` block; what it gives is the URL.

    Args:
        delay_s: how long an answer takes.
    """
    before = os.environ.get("OPENAI_API_KEY")
    os.environ["OPENAI_API_KEY"] = before or "none"
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(delay_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        # It ends when its input does.
        process.communicate()
        if before is None:
            del os.environ["OPENAI_API_KEY"]
