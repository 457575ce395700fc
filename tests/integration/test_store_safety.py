"""A store that is killed, filled, damaged, shared or forked loses nothing, and says so."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from graphmem.core.changes import Changes
from graphmem.errors import (
    GraphMemError,
    NotAStore,
    SchemaTooNew,
    StoreCorrupt,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)
from graphmem.ports import GraphReader
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.feed_contract import read_feed
from graphmem.testing.samples import edge, entity, passage, vector

SCRIPT = Path(__file__).parents[2] / "scripts" / "store_safety.py"
NOBODY = 65534


def put(store: SqliteStore, *uids: str, text: str = "") -> int:
    nodes = tuple(passage(uid, text=text or uid) for uid in uids)
    return store.apply("a", lambda _: Changes(nodes=nodes)).seq


def read_everything(path: Path) -> None:
    """Use every kind of read and write once."""
    store = SqliteStore(path)
    try:
        store.count("a")
        read_feed(store, 0)
        store.neighbours("a", ["hub", "3-3"])
        store.find("a", "Entity", ["=hub"])
        store.get("a", ["hub", "3-3"])
        new = Changes(nodes=(entity("new"),), remove_nodes=("4-4",), remove_sources=("s2",))
        store.apply("a", lambda _: new)
        store.check()
    finally:
        store.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of some hundred pages, closed."""
    path = tmp_path_factory.mktemp("sound") / "graph.db"
    store = SqliteStore(path)
    for i in range(8):
        nodes = tuple(passage(f"{i}-{k}", text="t" * 500) for k in range(20))
        changes = Changes(
            nodes=(*nodes, entity("hub")),
            edges=tuple(edge(node.uid, "hub", sources={f"s{i}": 1.0}) for node in nodes),
            vectors=tuple(vector(node.uid, *([0.1] * 100)) for node in nodes),
        )
        store.apply("a", lambda _, changes=changes: changes)
    assert store.check() == []
    store.close()
    return path


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sound, tmp_path / "copy.db"))


def run_script(*arguments: str) -> dict[str, object]:
    command = [sys.executable, str(SCRIPT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    result: dict[str, object] = json.loads(done.stdout)
    return result


class TestProcesses:
    @pytest.mark.slow
    def test_a_hundred_kills_lose_no_acknowledged_commit(self) -> None:
        result = run_script("kill", "--rounds", "100")
        assert result["faults"] == []
        assert result["acknowledged"] > 100

    @pytest.mark.slow
    def test_two_writers_and_two_readers_never_see_a_lock(self) -> None:
        seconds = os.environ.get("GRAPHMEM_TEST_SECONDS", "8")
        result = run_script("contend", "--seconds", seconds)
        assert result["faults"] == []
        assert min(result["done"].values()) > 0

    def test_both_sides_of_a_fork_go_on_with_the_same_store(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "graph.db")
        put(store, "before")
        pid = os.fork()
        if pid == 0:
            try:
                put(store, "child")
                os._exit(0 if store.get("a", ["before"])[0] else 2)
            except BaseException:
                os._exit(1)
        # The parent's last close must not take away a log that the child writes to.
        store.close()
        assert os.waitpid(pid, 0)[1] == 0
        again = SqliteStore(tmp_path / "graph.db")
        assert again.get("a", ["before", "child"]) == [passage("before"), passage("child")]
        assert again.check() == []
        again.close()

    def test_a_fork_waits_for_the_writes_of_other_threads(self, tmp_path: Path) -> None:
        store, inside, go_on = SqliteStore(tmp_path / "graph.db"), Event(), Event()

        def plan(_: GraphReader) -> Changes:
            inside.set()
            go_on.wait(30)
            return Changes(nodes=(passage("slow"),))

        writer = Thread(target=lambda: store.apply("a", plan))
        writer.start()
        assert inside.wait(30)
        os.register_at_fork(before=go_on.set)  # Handlers run last in, first out.
        pid = os.fork()
        if pid == 0:
            os._exit(0 if store.get("a", ["slow"]) == [passage("slow")] else 1)
        assert os.waitpid(pid, 0)[1] == 0
        writer.join()
        store.close()

    def test_a_child_forked_inside_a_plan_is_told(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "graph.db")
        statuses = []

        def plan(_: GraphReader) -> Changes:
            pid = os.fork()
            if pid == 0:
                try:
                    store.seq("a")
                except StoreUnavailable as error:
                    os._exit(0 if "forked" in str(error) else 2)
                except BaseException:
                    os._exit(3)
                os._exit(4)
            statuses.append(os.waitpid(pid, 0)[1])
            return Changes(nodes=(passage("x"),))

        assert store.apply("a", plan).seq == 1
        assert statuses == [0]
        store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount the small tmpfs that this test fills")
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine does not let us mount a tmpfs: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(store: SqliteStore) -> None:
    for i in range(1_000):
        put(store, *(f"{i}-{k}" for k in range(5)), text="long " * 1_000)


class TestFullDisk:
    def test_a_full_disk_is_an_error_that_leaves_the_store_whole(self, small_disk: Path) -> None:
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(1_000_000))
        store = SqliteStore(small_disk / "graph.db")
        with pytest.raises(StoreFull, match="room"):
            fill(store)
        n_done = store.seq("a")
        assert 0 < n_done < 1_000
        assert store.count("a").nodes == {"Passage": 5 * n_done}
        assert store.get("a", [f"{n_done}-0"]) == [None]
        assert store.check() == []
        ballast.unlink()
        assert put(store, "after", text="long " * 1_000) == n_done + 1
        store.close()
        again = SqliteStore(small_disk / "graph.db")
        assert again.count("a").nodes == {"Passage": 5 * n_done + 1}
        assert again.check() == []
        again.close()

    def test_a_store_cannot_be_made_on_a_full_disk(self, small_disk: Path) -> None:
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free))
        with pytest.raises(StoreFull):
            SqliteStore(small_disk / "graph.db")
        ballast.unlink()
        store = SqliteStore(small_disk / "graph.db")
        assert put(store, "x") == 1
        store.close()


class TestDamage:
    @pytest.mark.parametrize("share", [0.0005, 0.005, 0.05, 0.3, 0.5, 0.9, 0.999])
    def test_a_truncated_store_names_doctor(self, copy: Path, share: float) -> None:
        os.truncate(copy, int(copy.stat().st_size * share))
        size = copy.stat().st_size
        with pytest.raises(StoreCorrupt, match="graphmem doctor"):
            read_everything(copy)
        assert copy.stat().st_size == size

    def test_a_store_cut_to_whole_pages_names_doctor(self, copy: Path) -> None:
        os.truncate(copy, copy.stat().st_size // 4096 // 2 * 4096)
        with pytest.raises(StoreCorrupt, match="graphmem doctor"):
            read_everything(copy)

    @pytest.mark.parametrize("seed", range(30))
    def test_noise_in_a_store_is_never_more_than_an_error(self, copy: Path, seed: int) -> None:
        rng = random.Random(seed)
        before = copy.read_bytes()
        with copy.open("r+b") as file:
            for _ in range(rng.randrange(1, 4)):
                file.seek(rng.randrange(100 if seed % 3 == 0 else len(before)))
                file.write(rng.randbytes(rng.choice([1, 16, 4096])))
        with suppress(StoreCorrupt, SchemaTooNew, NotAStore):
            read_everything(copy)

    def test_a_page_of_noise_is_found_by_check(self, copy: Path) -> None:
        n_pages = copy.stat().st_size // 4096
        n_found = 0
        for page in range(2, n_pages, 7):
            damaged = copy.with_name(f"{page}.db")
            shutil.copy(copy, damaged)
            with damaged.open("r+b") as file:
                file.seek(4096 * page)
                file.write(random.Random(page).randbytes(4096))
            try:
                store = SqliteStore(damaged)
            except GraphMemError:
                n_found += 1
                continue
            n_found += bool(store.check())
            store.close()
        assert n_found == len(range(2, n_pages, 7))

    def test_a_file_of_noise_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "noise"
        noise = random.Random(1).randbytes(50_000)
        path.write_bytes(noise)
        with pytest.raises(NotAStore, match="doctor"):
            SqliteStore(path)
        assert path.read_bytes() == noise
        assert [file.name for file in tmp_path.iterdir()] == ["noise"]

    def test_a_store_whose_file_was_deleted_does_not_take_writes(self, tmp_path: Path) -> None:
        path = tmp_path / "graph.db"
        store = SqliteStore(path)
        put(store, "x")
        path.unlink()
        with pytest.raises(StoreUnavailable, match="removed or replaced"):
            put(store, "y")
        store.close()


class TestWrongFiles:
    def test_a_folder_is_not_a_store(self, tmp_path: Path) -> None:
        with pytest.raises(NotAStore, match="folder"):
            SqliteStore(tmp_path)

    def test_another_programs_database_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "other.db"
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE node (id)")
        connection.commit()
        connection.close()
        before = path.read_bytes()
        with pytest.raises(NotAStore, match="another program"):
            SqliteStore(path)
        assert path.read_bytes() == before

    @pytest.mark.parametrize("pragma", ["user_version = 3", "application_id = 77"])
    def test_an_empty_database_with_an_owner_is_left_alone(
        self, tmp_path: Path, pragma: str
    ) -> None:
        path = tmp_path / "other.db"
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA {pragma}")
        connection.close()
        with pytest.raises(NotAStore, match="another program"):
            SqliteStore(path)

    def test_a_text_file_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.txt"
        path.write_text("Caroline moved to Lisbon.")
        with pytest.raises(NotAStore, match="nothing was changed"):
            SqliteStore(path)
        assert path.read_text() == "Caroline moved to Lisbon."

    def test_a_newer_version_is_left_alone(self, copy: Path) -> None:
        connection = sqlite3.connect(copy)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
        with pytest.raises(SchemaTooNew, match=r"99.*upgrade"):
            SqliteStore(copy)

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUnavailable, match=r"no folder .*missing; create it"):
            SqliteStore(tmp_path / "missing" / "graph.db")

    def test_an_empty_file_becomes_a_store(self, tmp_path: Path) -> None:
        path = tmp_path / "graph.db"
        path.touch()
        store = SqliteStore(path)
        assert put(store, "x") == 1
        store.close()


def as_nobody(work: Callable[[], None]) -> None:
    """Run the work in a child that has no rights; root would not notice modes."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work()
            os._exit(0)
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without rights")
class TestReadOnly:
    @pytest.fixture
    def folder(self, sound: Path) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copy(sound, folder / "graph.db")
            os.chmod(folder, 0o755)
            os.chmod(folder / "graph.db", 0o644)
            yield folder
            os.chmod(folder, 0o755)

    @staticmethod
    def read_but_not_write(path: Path) -> None:
        store = SqliteStore(path)
        assert store.count("a").nodes == {"Entity": 1, "Passage": 160}
        assert store.get("a", ["hub"]) == [entity("hub")]
        assert len(read_feed(store, 0)[0].edges) == 160
        for write in (lambda: put(store, "x"), lambda: store.write_meta("k", "v")):
            with pytest.raises(StoreReadOnly, match="cannot be written"):
                write()
        store.close()

    @pytest.mark.parametrize(
        ("file", "folder_mode"), [(0o444, 0o755), (0o666, 0o755), (0o444, 0o777)]
    )
    def test_a_store_that_cannot_be_written_can_be_read(
        self, folder: Path, file: int, folder_mode: int
    ) -> None:
        os.chmod(folder / "graph.db", file)
        os.chmod(folder, folder_mode)
        as_nobody(lambda: self.read_but_not_write(folder / "graph.db"))

    def test_a_store_that_another_user_has_open_can_be_read(self, folder: Path) -> None:
        command = [
            sys.executable, "-c",
            "import sys; from graphmem.stores.sqlite import SqliteStore\n"
            "store = SqliteStore(sys.argv[1]); store.write_meta('k', 'v')\n"
            "print('open', flush=True); sys.stdin.read()",
            str(folder / "graph.db"),
        ]  # fmt: skip
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
            assert owner.stdout is not None
            assert owner.stdout.readline() == b"open\n"
            as_nobody(lambda: self.read_but_not_write(folder / "graph.db"))

    def test_a_store_cannot_be_made_in_a_folder_that_is_closed(self, folder: Path) -> None:
        def work() -> None:
            with pytest.raises(StoreReadOnly, match="folder"):
                SqliteStore(folder / "new.db")

        as_nobody(work)

    def test_a_store_that_cannot_be_read_is_named(self, folder: Path) -> None:
        os.chmod(folder / "graph.db", 0o600)

        def work() -> None:
            with pytest.raises(StoreUnavailable, match="no permission to read"):
                SqliteStore(folder / "graph.db")

        as_nobody(work)


def test_deleted_text_is_in_none_of_the_files(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    secret = "the pin is 4929"
    put(store, "x", "y", text=f"{secret} " * 500)
    files = [file.read_bytes() for file in tmp_path.iterdir()]
    assert any(secret.encode() in content for content in files)
    store.apply("a", lambda _: Changes(remove_nodes=("x", "y")))
    for file in tmp_path.iterdir():
        assert secret.encode() not in file.read_bytes(), file.name
    store.close()
