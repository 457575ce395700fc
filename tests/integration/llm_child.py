"""Asks an LLM as many questions as it is told, through a cache; to be killed amid them.

Arguments: the server's URL, the cache's file, how many.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from graphmem.core.chat import ChatMessage
from graphmem.models.chat import open_client
from graphmem.models.llm.cache import ResponseCache


def main() -> None:
    url, path, n_calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
    client = open_client("openai:stub", base_url=url, cache=ResponseCache(path))

    def ask(number: int) -> str:
        return client.about(f"p{number}").complete([ChatMessage("user", f"{number}")], {})

    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(ask, range(n_calls)):
            print("answered", flush=True)


if __name__ == "__main__":
    main()
