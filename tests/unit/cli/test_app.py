"""The command line as a whole: statuses, streams, start-up, options everywhere."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from graphmem.cli.app import _before, app, commands_of, run
from graphmem.cli.session import Session, with_session
from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder

HEAVY = {
    "numpy", "numba", "onnxruntime", "spacy", "pydantic", "usearch", "networkx", "rdflib",
    "fastapi", "starlette", "uvicorn", "mcp", "jwt", "prometheus_client", "opentelemetry",
}  # fmt: skip
OF_ALL_SPACES = {"serve", "keys", "config", "backup", "restore"}


def _imported_by(arguments: str) -> set[str]:
    code = (
        "import sys\n"
        f"{arguments}\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=True
    )
    return set(done.stderr.split())


def test_help_and_import_load_nothing_heavy() -> None:
    assert not HEAVY & _imported_by("import graphmem")
    assert not HEAVY & _imported_by("from graphmem.cli.app import run; run(['--help'])")


def test_every_command_takes_the_shared_options(capsys: pytest.CaptureFixture[str]) -> None:
    for words in commands_of(app):
        assert run([*words, "--help"]) == 0
        text = capsys.readouterr().out
        assert "--json" in text, words
        if words[0] not in ("bench", "copy", "demo", "llm"):
            assert {"--store", "--debug"} <= set(text.split()), words
            assert "--space" in text.split() or words[0] in OF_ALL_SPACES, words


def test_wrong_use_is_status_2_and_says_so_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["nonsense"], ["search"], ["search", "x", "-k", "0"], ["add"],
                      ["delete"], ["bench", "quality", ".", "-k", "ten"]):  # fmt: skip
        assert run(arguments) == 2, arguments
        out, err = capsys.readouterr()
        assert out == ""
        assert err


@pytest.mark.parametrize(
    "arguments",
    [["search", "Who?"], ["stats"], ["get", "x"], ["context", "Who?"], ["export", "out.jsonl"]],
    ids=lambda arguments: arguments[0],
)
def test_reading_a_store_that_is_not_there_fails_in_one_line_and_makes_none(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "no.db"
    assert run(["--store", str(path), *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "there is no store" in err
    assert str(path) in err
    assert not path.exists()


def test_debug_shows_the_trace_wherever_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(tmp_path / "no.db")]
    for arguments in (["--debug", "stats", *store], ["stats", "--debug", *store]):
        assert run(arguments) == 1
        assert "Traceback" in capsys.readouterr().err


def test_the_nearer_option_wins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = str(tmp_path / "first.db"), str(tmp_path / "second.db")
    assert run(["--store", first, "stats", "--store", second]) == 1
    assert second in capsys.readouterr().err


def test_the_environment_names_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRAPHMEM_STORE", str(tmp_path / "named.db"))
    assert run(["stats"]) == 1
    assert "named.db" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--store", "before", "stats"], "before"),
        (["stats", "--store", "after"], "after"),
        (["--store", "before", "stats", "--store", "after"], "after"),
        (["stats"], "environment"),
    ],
)
def test_what_is_typed_wins_over_the_environment(
    arguments: list[str],
    wanted: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAPHMEM_STORE", "environment")
    assert run(arguments) == 1
    assert f"no store '{wanted}'" in capsys.readouterr().err


def test_the_version_is_told_as_an_option_and_as_a_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["--version"]) == 0
    told = capsys.readouterr().out
    assert run(["version"]) == 0
    assert capsys.readouterr().out == told
    assert told.startswith("graphmem 0.")


def test_an_option_typed_before_the_command_is_kept_by_every_command() -> None:
    """Also where it is typed as the default, and after the command something else is."""
    seen: list[Session] = []

    def look(session: Session) -> None:
        """Look."""
        seen.append(session)

    shell = typer.Typer()
    shell.callback()(_before)
    shell.command("look")(with_session(look))
    before = ["--store", "a.db", "--space", "ann", "--json"]
    for arguments in ([*before, "look"], ["look", *before], [*before, "look", "--space", "ann"]):
        shell(arguments, standalone_mode=False)
    shell([*before, "look", "--space", "bo", "--store", "b.db"], standalone_mode=False)
    assert seen == [Session("a.db", "ann", True)] * 3 + [Session("b.db", "bo", True)]


def test_nothing_of_another_store_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    precious, scratch = str(tmp_path / "precious.db"), str(tmp_path / "scratch.db")
    for path in (precious, scratch):
        with Memory(path, embedder=FakeEmbedder(), extractor=FakeExtractor()) as memory:
            memory.add("Ann lives in Rome.")
    monkeypatch.setenv("GRAPHMEM_STORE", precious)
    assert run(["--store", scratch, "delete", "--all", "--yes"]) == 0
    capsys.readouterr()
    for path, n_nodes in ((precious, 1), (scratch, 0)):
        assert run(["stats", "--store", path, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["nodes"].get("Source", 0) == n_nodes


def test_a_file_that_is_no_store_is_named_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Mara, " * 500)
    before = path.read_bytes()
    assert run(["--store", str(path), "stats"]) == 1
    assert "letter.txt" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_version_is_one_object_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["version", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"version"}
    assert run(["--json", "version"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"version"}


def test_python_m_graphmem_is_the_same_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "graphmem", "version"],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.startswith("graphmem 0.")


@pytest.mark.parametrize("loading", ["typer", "graphmem.cli.app", "graphmem.memory"])
def test_ctrl_c_ends_in_one_line_whenever_it_comes(loading: str, tmp_path: Path) -> None:
    code = f"""
import sys

class Stop:
    def find_spec(self, name, *_):
        if name == {loading!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Stop())
sys.argv = ["graphmem", "add", "--text", "Ann lives in Rome."]
from graphmem.cli import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, timeout=240, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "graphmem: stopped; what was reported as stored is stored\n"


def test_what_the_library_tells_its_log_is_shown_to_people_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def tell(_: str) -> str:
        logging.getLogger("graphmem").info("compiling")
        return "1"

    monkeypatch.setattr("importlib.metadata.version", tell)
    for arguments, says in ((["version"], "graphmem: compiling\n"), (["version", "--json"], "")):
        assert run(arguments) == 0
        assert capsys.readouterr().err == says
