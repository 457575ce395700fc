"""Each command on a real memory: what it prints for people and for machines, and its status."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from pathlib import Path
from typing import Any, get_args

import pytest

from graphmem.cli.app import run
from graphmem.cli.values import Kind, Mode, Objects
from graphmem_schemas import HitKind, SearchMode, ValueType

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path, capsys: Capture) -> str:
    """A memory with one note and one conversation."""
    path = str(tmp_path / "agent.db")
    chat = tmp_path / "chat.json"
    chat.write_text(
        json.dumps([{"speaker": "Mara", "text": "I live in Lisbon now.", "at": "2025-06-08"}])
    )
    note = ["--text", "Mara lives in Port Ellery.", "--source", "note", "--at", "2025-03-16"]
    assert run(["--store", path, "add", *note]) == 0
    assert run(["--store", path, "add", str(chat)]) == 0
    capsys.readouterr()
    return path


def _json(capsys: Capture, *arguments: str, status: int = 0) -> Any:
    assert run([*arguments, "--json"]) == status
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("\n") == 1
    return json.loads(out)


def test_add_says_what_it_added_and_the_second_time_that_it_knew(
    store: str, tmp_path: Path, capsys: Capture
) -> None:
    receipt = _json(capsys, "add", "--text", "Devi has a dog.", "--store", store)
    assert len(receipt["added"]["Passage"]) == 1
    again = _json(capsys, "add", "--text", "Devi has a dog.", "--store", store)
    assert again["seq"] == 0
    assert run(["add", "--text", "Devi has a dog.", "--store", store]) == 0
    assert capsys.readouterr().out.startswith("nothing new")


def test_add_reads_a_folder_of_mixed_files(tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "one.md").write_text("# One\n\nMara is a biologist.\n")
    (folder / "two.jsonl").write_text('{"role": "user", "content": "I like tea."}\n')
    receipt = _json(capsys, "add", str(folder), "--store", str(tmp_path / "m.db"))
    assert len(receipt["sources"]) == 2


ODD = {
    "latin.txt": "Graça".encode("latin-1"),
    "package.json": b'{"name": "thing", "version": 1}',
    "list.json": b"[1, 2]",
    "blank.md": b" \n",
}


def test_an_odd_file_keeps_no_other_of_its_folder_out(tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, content in {**ODD, "zoo.md": b"Mara has a parrot."}.items():
        (folder / name).write_bytes(content)
    store = str(tmp_path / "m.db")
    receipt = _json(capsys, "add", str(folder), "--store", store, status=1)
    assert len(receipt["sources"]) == 1
    assert [Path(row["name"]).name for row in receipt["left_out"]] == sorted(ODD)
    assert all(row["reason"] for row in receipt["left_out"])
    assert run(["add", str(folder), "--store", store]) == 1
    out, err = capsys.readouterr()
    assert "latin.txt: is not UTF-8" in out
    assert "4 files of 5 left out" in err


@pytest.mark.parametrize("name", sorted(ODD))
def test_a_single_odd_file_is_an_error_that_names_it(
    name: str, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / name).write_bytes(ODD[name])
    for path in (tmp_path / name, tmp_path):  # alone, and as all that its folder has
        assert run(["add", str(path), "--store", str(tmp_path / "m.db")]) == 1
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert name in err


def test_add_takes_stdin(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Mara likes plum brandy."))
    receipt = _json(capsys, "add", "-", "--source", "stdin", "--store", str(tmp_path / "m.db"))
    assert len(receipt["added"]["Passage"]) == 1


def test_blank_text_is_refused_in_one_line(tmp_path: Path, capsys: Capture) -> None:
    assert run(["add", "--text", " \n ", "--store", str(tmp_path / "m.db")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "blank" in err


def test_search_finds_and_explains(store: str, capsys: Capture) -> None:
    recall = _json(capsys, "search", "Where does Mara live now?", "-k", "2", "--store", store)
    assert recall["hits"][0]["text"] == "I live in Lisbon now."
    assert run(["search", "Where does Mara live now?", "--why", "--store", store]) == 0
    out = capsys.readouterr().out
    assert "I live in Lisbon now." in out
    assert "why: " in out


def test_a_source_without_a_name_is_shown_by_its_first_words(
    tmp_path: Path, capsys: Capture
) -> None:
    where = ["--store", str(tmp_path / "m.db")]
    assert run(["add", "--text", "Devi has a small dog called Biscuit who sings.", *where]) == 0
    for command in ("search", "context"):
        capsys.readouterr()
        assert run([command, "Who has a dog?", *where]) == 0
        out = capsys.readouterr().out
        assert re.search(r"“Devi has a small dog called Biscuit …” \(source \w{32}\)", out)
    source = re.findall(r"source (\w{32})", out)[0]
    assert run(["delete", "--source", source, *where]) == 0


def test_what_it_does_not_trust_is_labelled(store: str, capsys: Capture) -> None:
    assert run(["search", "Who won the chess championship?", "--store", store]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("no answer: ")
    assert "not trusted" in lines[1]
    assert lines[2].startswith("1. ")


def test_why_explains_facts_and_times(store: str, capsys: Capture) -> None:
    where = ["--kind", "proposition", "--mode", "all", "--why", "--store", store]
    assert run(["search", "Where does Mara live now?", *where]) == 0
    out = capsys.readouterr().out
    assert "no parts" not in out
    assert re.search(r"why: passage \d\.\d+ \+ words \d", out)
    assert re.search(r"\+ superseded -\d", out)
    assert re.search(r"-EVIDENCED_BY- \w{32}  I live in Lisbon now\.", out)
    stages = re.search(r"milliseconds: (\S+) in all \((.+)\)", out)
    assert stages
    times = [float(stage.split()[1]) for stage in stages[2].split(", ")]
    assert sum(times) == pytest.approx(float(stages[1]), abs=0.5)


def test_search_takes_a_kind_and_refuses_what_is_none(store: str, capsys: Capture) -> None:
    where = ["--store", store]
    recall = _json(capsys, "search", "Where does Mara live?", "--kind", "proposition", *where)
    assert {hit["kind"] for hit in recall["hits"]} == {"proposition"}
    assert run(["search", "Where?", "--kind", "poem", *where]) == 2
    assert "'poem' is not one of 'passage'" in capsys.readouterr().err


def test_context_is_cited(store: str, capsys: Capture) -> None:
    packed = _json(capsys, "context", "Where does Mara live?", "--budget", "200", "--store", store)
    assert packed["n_tokens"] <= 200
    assert packed["citations"][0]["number"] == 1
    assert run(["context", "Where does Mara live?", "--store", store]) == 0
    assert "[1]" in capsys.readouterr().out


def test_get_and_history_follow_a_fact(store: str, capsys: Capture) -> None:
    hits = _json(
        capsys, "search", "Where does Mara live?", "--kind", "proposition", "--mode", "all",
        "--store", store,
    )["hits"]  # fmt: skip
    uid = next(hit["uid"] for hit in hits if "Port Ellery" in hit["text"])
    node = _json(capsys, "get", uid, "--store", store)
    assert node["label"] == "Proposition"
    assert node["status"] == "superseded"
    changes = _json(capsys, "history", uid, "--store", store)["changes"]
    assert len(changes) >= 2
    assert run(["get", "f" * 32, "--store", store]) == 1
    assert "f" * 32 in capsys.readouterr().err


def test_facts_are_asked_for_on_two_clocks(store: str, capsys: Capture) -> None:
    now = _json(capsys, "current", "Mara", "lives in", "--store", store)["facts"]
    assert [fact["text"] for fact in now] == ["Mara lives in Lisbon"]
    told = _json(capsys, "history", "--entity", "Mara", "--predicate", "live in", "--store", store)
    assert [change["what"] for change in told["changes"]] == ["superseded", "current"]
    ended = told["changes"][0]["node"]["valid_to"]
    assert run(["history", "--entity", "Mara", "--predicate", "live in", "--store", store]) == 0
    superseded, _, current, *_ = capsys.readouterr().out.splitlines()
    assert superseded.endswith(f"superseded, until {ended.replace('Z', '+00:00')}")
    assert current.endswith("  current")
    before = _json(capsys, "current", "Mara", "--known-at", "1999-01-01", "--store", store)
    assert before["facts"] == []
    assert run(["history", "--store", store]) == 2
    assert "UID and --entity" in capsys.readouterr().err


def test_a_relation_is_defined_and_what_is_quarantined_released(
    store: str, capsys: Capture
) -> None:
    words = ["define", "be in", "--functional", "--synonym", "is in", "--inverse", "contains"]
    defined = _json(capsys, *words, "--store", store)
    assert (defined["synonyms"], defined["inverse"]) == (["is in"], ["contains"])
    assert run(["define", "be in", "--value-type", "colour", "--store", store]) == 2
    assert "'colour' is not one of 'entity'" in capsys.readouterr().err
    assert _json(capsys, *words, "--value-type", "date", "--store", store)["value_type"] == "date"
    assert run(["define", "other", "--synonym", "contains", "--store", store]) == 1
    assert "already" in capsys.readouterr().err
    where = ["--store", store]
    for name, trust in (("a", "1"), ("b", "1"), ("c", "0.1")):
        text = f"Ada lives in {'Rome' if trust == '1' else 'Oslo'}."
        added = ["add", "--text", text, "--source", name, "--at", "2030-01-01", "--trust", trust]
        assert run([*added, *where]) == 0
    capsys.readouterr()
    (held,) = _json(capsys, "quarantined", *where)["facts"]
    assert held["text"] == "Ada lives in Oslo"
    assert _json(capsys, "release", held["uid"], *where)["seq"] > 0
    assert run(["release", held["uid"], *where]) == 0
    assert "before" in capsys.readouterr().out
    assert run(["quarantined", *where]) == 0
    assert "nothing" in capsys.readouterr().out


def test_delete_takes_exactly_one_thing_and_leaves_a_receipt(store: str, capsys: Capture) -> None:
    receipt = _json(capsys, "delete", "--source", "note", "--store", store)
    assert receipt["nodes"]["Source"] == 1
    assert run(["delete", "--source", "note", "--store", store]) == 1
    assert "note" in capsys.readouterr().err
    assert run(["delete", "--source", "a", "--all", "--store", store]) == 2
    capsys.readouterr()
    _json(capsys, "delete", "--all", "--yes", "--store", store)
    assert _json(capsys, "stats", "--store", store)["nodes"] == {}


def test_delete_all_asks_first(
    store: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run(["delete", "--all", "--store", store]) == 1
    capsys.readouterr()
    assert _json(capsys, "stats", "--store", store)["nodes"]["Source"] == 2


def test_export_and_import_carry_a_space(store: str, tmp_path: Path, capsys: Capture) -> None:
    file, other = str(tmp_path / "all.jsonl"), str(tmp_path / "other.db")
    rows = _json(capsys, "export", file, "--store", store)["n_rows"]
    told = _json(capsys, "import", file, "--store", other)
    assert (told["n_rows"], told["n_new"]) == (rows, rows)
    assert run(["import", file, "--store", other]) == 0
    assert capsys.readouterr().out == f"{rows} rows from {file}: 0 new\n"
    first, second = (_json(capsys, "stats", "--store", path) for path in (store, other))
    assert first["nodes"] == second["nodes"]
    assert first["edges"] == second["edges"]


def test_an_empty_space_says_which_others_hold_something(store: str, capsys: Capture) -> None:
    for words in (["search", "Where?"], ["context", "Where?"], ["recall", "--entity", "Mara"]):
        where = ["--space", "mistyped", "--store", store]
        assert run([*words, *where]) == 0
        told = capsys.readouterr()
        assert "no answer" in told.out
        assert f"space 'mistyped' of {store} holds no passage" in told.err
        assert "its other spaces are 'default': --space" in told.err
        assert run([*words, *where, "--json"]) == 0
        assert capsys.readouterr().err == ""
    assert run(["search", "Where does Mara live?", "--store", store]) == 0
    assert "holds no passage" not in capsys.readouterr().err


def test_a_store_of_nothing_says_how_to_add(tmp_path: Path, capsys: Capture) -> None:
    path = str(tmp_path / "m.db")
    assert run(["add", "--text", "Mara has a dog.", "--source", "n", "--store", path]) == 0
    assert run(["delete", "--source", "n", "--store", path]) == 0
    capsys.readouterr()
    assert run(["search", "Has Mara a dog?", "--store", path]) == 0
    assert "`graphmem add`" in capsys.readouterr().err


def test_deleting_an_entity_says_that_its_passages_stay(store: str, capsys: Capture) -> None:
    assert run(["delete", "--entity", "Mara", "--store", store]) == 0
    assert "the passages with the name stay" in capsys.readouterr().out
    assert run(["delete", "--source", "note", "--store", store]) == 0
    assert "the passages with the name stay" not in capsys.readouterr().out


@pytest.mark.parametrize("words", [
    ["search", "Who?", "--as-of"], ["context", "Who?", "--as-of"], ["recall", "--as-of"],
    ["current", "Mara", "--as-of"], ["current", "Mara", "--known-at"],
    ["history", "--entity", "Mara", "--known-at"], ["add", "--text", "Hi there.", "--at"],
    ["retire", "x", "--at"],
])  # fmt: skip
@pytest.mark.parametrize("date", ["yesterday", "3 May 2024"])
def test_a_date_that_is_none_is_told_with_its_option(
    capsys: Capture, words: list[str], date: str
) -> None:
    assert run([*words, date]) == 2
    err = " ".join(capsys.readouterr().err.split())
    assert f"Invalid value for '{words[-1]}': '{date}' is not a date" in err
    assert "write 2024-05-03" in err


def test_a_mode_that_is_none_is_told_with_its_option(capsys: Capture) -> None:
    for words in (["search", "Who?"], ["recall", "--entity", "Mara"]):
        assert run([*words, "--mode", "newest"]) == 2
        assert "'newest' is not one of 'latest'" in capsys.readouterr().err


def test_what_options_take_is_what_the_memory_takes() -> None:
    assert {kind.value for kind in Kind} <= set(get_args(HitKind))
    assert {mode.value for mode in Mode} == set(get_args(SearchMode))
    assert {one.value for one in Objects} == set(get_args(ValueType))


def test_what_is_not_there_says_what_lists_it(store: str, capsys: Capture) -> None:
    assert run(["delete", "--source", "nosuch", "--store", store]) == 1
    (statement,) = re.findall(r"`(MATCH .+?)`", capsys.readouterr().err)
    found = _json(capsys, "cypher", statement, "--store", store)
    assert ["note"] in found["rows"]
    assert run(["get", "nope", "--store", store]) == 1
    assert "hits and receipts give the uids" in capsys.readouterr().err


def test_spaces_do_not_see_each_other(store: str, capsys: Capture) -> None:
    assert _json(capsys, "stats", "--space", "other", "--store", store)["nodes"] == {}


def test_doctor_finds_a_healthy_memory_well(store: str, capsys: Capture) -> None:
    report = _json(capsys, "doctor", "--store", store)
    assert report["ok"], report
    names = {finding["what"] for finding in report["findings"]}
    assert {"versions", "disk", "encoder", "language", "store", "integrity", "views"} <= names


def test_doctor_names_a_damaged_view_and_rebuild_mends_it(store: str, capsys: Capture) -> None:
    assert run(["search", "Where?", "--store", store]) == 0
    capsys.readouterr()
    (view,) = Path(store + ".views").rglob("text*")
    view.write_bytes(b"noise" * 1000)
    report = _json(capsys, "doctor", "--store", store, status=1)
    (bad,) = [finding for finding in report["findings"] if not finding["ok"]]
    assert view.name in bad["found"]
    assert "rebuild" in bad["do"]
    assert _json(capsys, "rebuild", "--store", store)["n_passages"] == 2
    assert _json(capsys, "doctor", "--store", store)["ok"]


def test_doctor_names_a_damaged_store_and_does_not_crash(store: str, capsys: Capture) -> None:
    raw = Path(store).read_bytes()
    Path(store).write_bytes(raw[: len(raw) // 2 + 100])
    report = _json(capsys, "doctor", "--store", store, status=1)
    bad = [finding for finding in report["findings"] if not finding["ok"]]
    assert bad
    assert all(finding["do"] for finding in bad)
    assert "graphmem doctor" not in json.dumps(bad)


def test_doctor_says_that_another_programs_file_is_no_store(
    tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (name TEXT)")
    connection.close()
    report = _json(capsys, "doctor", "--store", str(path), status=1)
    (bad,) = [finding for finding in report["findings"] if not finding["ok"]]
    assert bad["what"] == "store"
    assert "--store" in bad["do"]
    assert "graphmem doctor" not in json.dumps(bad)


def test_feedback_moves_a_hit_and_can_be_taken_back(store: str, capsys: Capture) -> None:
    question = "Where does Mara live?"

    def scores() -> dict[str, float]:
        hits = _json(capsys, "search", question, "--store", store)["hits"]
        return {hit["uid"]: hit["score"] for hit in hits}

    before = scores()
    # What holds today stands above what held before, whatever was said of the two: the newest.
    uid = max(before, key=lambda hit: before[hit])
    judged = ("feedback", question, uid, "--store", store)
    (liked,) = _json(capsys, *judged)["added"]["Query"]
    raised = scores()[uid]
    assert raised > before[uid]
    assert run([*judged, "--outcome", "0.1"]) == 0
    (disliked,) = re.findall(r"graphmem delete (\w+)", capsys.readouterr().out)
    assert scores()[uid] < raised
    for one in (liked, disliked):
        assert run(["delete", one, "--store", store]) == 0
    capsys.readouterr()
    assert scores() == before


def test_feedback_on_what_the_question_does_not_find_is_refused(
    store: str, capsys: Capture
) -> None:
    seq = _json(capsys, "stats", "--store", store)["seq"]
    assert run(["feedback", "Where does Mara live?", "0" * 32, "--store", store]) == 1
    err = capsys.readouterr().err
    assert "was not shown" in err
    assert "`graphmem search 'Where does Mara live?' --json`" in err
    assert _json(capsys, "stats", "--store", store)["seq"] == seq


@pytest.mark.parametrize("outcome", ["fine", "7", "nan"])
def test_feedback_takes_no_outcome_that_is_none(store: str, capsys: Capture, outcome: str) -> None:
    question = "Where does Mara live?"
    uid = _json(capsys, "search", question, "--store", store)["hits"][0]["uid"]
    assert run(["feedback", question, uid, "--outcome", outcome, "--store", store]) == 2
    err = capsys.readouterr().err
    assert "'--outcome'" in err
    assert "from 0" in err
