from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphmem.cli.app import run


def test_a_key_is_shown_once_listed_and_revoked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = str(tmp_path / "a.db")
    assert run(["--store", store, "keys", "create", "ann", "--space", "team"]) == 0
    out, err = capsys.readouterr()
    token = out.strip()
    assert token.startswith("gmk_")
    assert "only time" in err
    assert run(["--store", store, "--json", "keys", "create", "bo", "--scope", "admin",
                "--all-spaces", "--expires", "30"]) == 0  # fmt: skip
    made = json.loads(capsys.readouterr().out)
    assert (made["scope"], made["spaces"], made["state"]) == ("admin", None, "valid")
    assert run(["--store", store, "keys", "revoke", "ann"]) == 0
    capsys.readouterr()
    assert run(["--store", store, "--json", "keys", "list"]) == 0
    text = capsys.readouterr().out
    assert token not in text
    assert made["token"] not in text
    assert [key["state"] for key in json.loads(text)["keys"]] == ["revoked", "valid"]
    # No store was made for it.
    assert not (tmp_path / "a.db").exists()


def test_settings_are_read_from_the_file_that_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    named = ["--config", str(tmp_path / "elsewhere.toml")]
    (tmp_path / "elsewhere.toml").write_text(f'store = "{tmp_path / "a.db"}"\nkeys = "my.keys"\n')
    assert run(["keys", "create", "ann", "--all-spaces", *named]) == 0
    assert (tmp_path / "my.keys").exists()
    assert run(["keys", "list", *named]) == 0
    assert run(["keys", "revoke", "ann", *named]) == 0
    assert run(["--store", str(tmp_path / "a.db"), "add", "--text", "Ann is here."]) == 0
    capsys.readouterr()
    assert run(["--json", "backup", "kept.tar", *named]) == 0
    assert set(json.loads(capsys.readouterr().out)["parts"]) == {"store", "keys"}
    assert run(["--json", "restore", "kept.tar", "--force", *named]) == 0


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["create", "ann"], 2),
        (["create", "ann", "--space", "a", "--all-spaces"], 2),
        (["create", "ann", "--space", "a", "--scope", "root"], 2),
        (["create", "ann", "--space", "a", "--expires", "2001-01-01"], 2),
        (["create", "ann", "--space", "a", "--expires", "soon"], 2),
        (["create", "", "--space", "a"], 1),
        (["revoke", "nobody"], 1),
    ],
)
def test_what_makes_no_key(
    arguments: list[str], status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--store", str(tmp_path / "a.db"), "keys", *arguments]) == status
    assert capsys.readouterr().out == ""
    assert run(["--store", "memory://", "keys", "list"]) == 1
