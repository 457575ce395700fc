"""The cache of answers: what was put is there, what was forgotten is nowhere."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graphmem.core.usage import Usage
from graphmem.errors import InvalidInput, StoreCorrupt, StoreReadOnly, StoreUnavailable
from graphmem.models.llm.cache import CacheStats, Kept, ResponseCache
from graphmem.stores.sqlite import SqliteStore

KEY = b"k" * 16


def kept(text: str = '{"a": 1}') -> Kept:
    return Kept(text, Usage(10, 3), counted=True)


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "llm.db"


def test_what_was_put_is_there_in_the_next_process_as_it_was(path: Path) -> None:
    first = ResponseCache(path)
    assert first.get(KEY) is None
    said = Kept("naïve \u0000 “text”", Usage(123, 45), counted=False)
    first.put(KEY, said, ["p1"])
    first.close()
    second = ResponseCache(path)
    assert second.get(KEY) == said
    second.close()


def test_the_first_answer_stays(path: Path) -> None:
    cache = ResponseCache(path)
    cache.put(KEY, kept("one"))
    cache.put(KEY, kept("two"))
    assert cache.get(KEY) == kept("one")
    assert cache.stats().n_answers == 1
    cache.close()


def test_forgetting_a_tag_leaves_no_byte_of_it(path: Path) -> None:
    cache = ResponseCache(path)
    for n in range(50):
        cache.put(bytes([n]) * 16, kept(f"secret-{n:02d} " * 100), [f"p{n}", f"s{n % 5}"])
    assert b"secret-07" in everything(path.parent)
    assert cache.forget(["p7", "nobody"]) == 1
    assert cache.forget(["s3"]) == 10
    assert cache.forget(["s3"]) == 0
    left = everything(path.parent)
    for n in range(50):
        gone = n == 7 or n % 5 == 3
        assert (f"secret-{n:02d}".encode() in left) is not gone
        assert (cache.get(bytes([n]) * 16) is None) is gone
    cache.close()


def test_clearing_leaves_no_byte_of_anything(path: Path) -> None:
    cache = ResponseCache(path)
    for n in range(20):
        cache.put(bytes([n]) * 16, kept("secret " * 1000), ["tag-of-it"])
    assert cache.clear() == 20
    assert cache.stats() == CacheStats(0, 0)
    assert b"secret" not in everything(path.parent)
    assert b"tag-of-it" not in everything(path.parent)
    cache.close()


def test_a_tag_can_come_later(path: Path) -> None:
    cache = ResponseCache(path)
    cache.put(KEY, kept(), ["p1"])
    cache.tag(KEY, ["p1", "p2"])
    cache.tag(b"unknown", ["p3"])
    assert cache.forget(["p3"]) == 0
    assert cache.forget(["p2"]) == 1
    assert cache.get(KEY) is None
    cache.close()


def test_beyond_its_size_those_that_were_put_first_go(path: Path) -> None:
    cache = ResponseCache(path, max_bytes=20_000)
    for n in range(100):
        cache.put(bytes([n]) * 16, kept("x" * 800), [f"p{n}"])
        assert cache.stats().n_bytes <= 20_000
    here = [n for n in range(100) if cache.get(bytes([n]) * 16)]
    assert here == list(range(100 - len(here), 100))
    assert 17 <= len(here) <= 20
    assert cache.forget(f"p{n}" for n in range(100)) == len(here)
    assert cache.stats().n_bytes == 0
    cache.close()


def test_one_answer_larger_than_the_cache_is_not_kept(path: Path) -> None:
    cache = ResponseCache(path, max_bytes=1000)
    cache.put(KEY, kept("x" * 2000))
    assert cache.get(KEY) is None
    assert cache.stats() == CacheStats(0, 0)
    cache.close()


def test_many_threads_and_processes_lose_nothing(path: Path) -> None:
    program = (
        "import sys\n"
        "from graphmem.core.usage import Usage\n"
        "from graphmem.models.llm.cache import Kept, ResponseCache\n"
        "cache = ResponseCache(sys.argv[1])\n"
        "for n in range(25):\n"
        "    key = f'{sys.argv[2]}-{n}'.encode()\n"
        "    cache.put(key, Kept(key.decode(), Usage(1, 1), True), [sys.argv[2]])\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    children = [subprocess.Popen([*command, f"child{at}"]) for at in range(3)]
    cache = ResponseCache(path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: cache.put(f"mine-{n}".encode(), kept(), ["mine"]), range(50)))
    assert [child.wait(60) for child in children] == [0, 0, 0]
    assert cache.stats().n_answers == 50 + 3 * 25
    for at in range(3):
        found = cache.get(f"child{at}-24".encode())
        assert found is not None
        assert found.text == f"child{at}-24"
    cache.close()


# In a process of its own: in this one servers of other tests may be at work in SQLite while it
# forks, and its lock would stay locked in the child.
_FORKS = """
import os, sys, threading
from pathlib import Path
from graphmem.core.usage import Usage
from graphmem.models.llm.cache import Kept, ResponseCache

kept = Kept("from a child", Usage(10, 3), counted=True)
cache, stop = ResponseCache(Path(sys.argv[1])), threading.Event()

def write():
    n = 0
    while not stop.is_set():
        cache.put(n.to_bytes(16), kept)
        n += 1

writer = threading.Thread(target=write)
writer.start()
try:
    for at in range(5):
        if not (child := os.fork()):
            cache.put(b"child" + bytes([at]), kept)
            os._exit(0 if cache.get(b"child" + bytes([at])) else 1)
        assert os.waitpid(child, 0)[1] == 0
finally:
    stop.set()
    writer.join(10)
cache.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_fork_amid_writes_breaks_nothing(path: Path) -> None:
    subprocess.run([sys.executable, "-c", _FORKS, str(path)], check=True, timeout=120)
    cache = ResponseCache(path)
    assert [cache.get(b"child" + bytes([at])) for at in range(5)] == [kept("from a child")] * 5
    cache.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_the_file_is_the_users_alone(path: Path) -> None:
    cache = ResponseCache(path)
    cache.put(KEY, kept())
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    cache.close()


def test_a_store_or_another_programs_file_is_left_as_it_is(path: Path) -> None:
    SqliteStore(path).close()
    before = path.read_bytes()
    with pytest.raises(StoreCorrupt, match="no LLM cache"):
        ResponseCache(path)
    assert path.read_bytes() == before
    path.write_bytes(b"some notes of mine " * 100)
    with pytest.raises(StoreCorrupt, match="another program's file"):
        ResponseCache(path)
    assert path.read_bytes() == b"some notes of mine " * 100


def test_what_cannot_be_opened_says_so(path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="No such file"):
        ResponseCache(path / "nowhere" / "llm.db")
    with pytest.raises(StoreUnavailable, match="directory"):
        ResponseCache(path.parent)
    with pytest.raises(InvalidInput, match="max_bytes"):
        ResponseCache(path, max_bytes=0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_says_so(path: Path) -> None:
    ResponseCache(path).close()
    path.chmod(0o400)
    with pytest.raises((StoreReadOnly, StoreUnavailable)):
        ResponseCache(path)


def test_after_closing_nothing_is_opened_again(path: Path) -> None:
    cache = ResponseCache(path)
    cache.close()
    cache.close()
    with pytest.raises(StoreUnavailable, match="was closed"):
        cache.get(KEY)


def test_odd_texts_are_kept_as_they_can_be(path: Path) -> None:
    cache = ResponseCache(path)
    cache.put(KEY, kept("a\ud800b"), ["\ud800"])
    assert cache.get(KEY) == kept("a?b")
    assert cache.forget(["\ud800"]) == 1
    cache.close()
