from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphmem.cli.app import run
from graphmem.errors import InvalidInput, NotFound
from graphmem_api.cli.sources import held
from graphmem_api.settings import Limits, Settings


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("GRAPHMEM_STORE", "GRAPHMEM_EMBEDDER", "GRAPHMEM_LLM", "GRAPHMEM_LEDGER"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_flags_win_over_the_environment_that_over_the_file_that_over_defaults(here: Path) -> None:
    (here / "graphmem.toml").write_text(
        'port = 1\nhost = "a"\nworkers = 2\norigins = ["https://a"]\n[limits]\nk = 7\nhops = 2\n'
    )
    env = {
        "GRAPHMEM_PORT": "2",
        "GRAPHMEM_HOST": "b",
        "GRAPHMEM_LIMITS_K": "8",
        "GRAPHMEM_LLM": "",
    }
    found = held({"port": 3, "llm": None}, environment=env)
    settings, origins = found.settings, found.origins
    assert (settings.port, settings.host, settings.workers) == (3, "b", 2)
    assert (settings.limits.k, settings.limits.hops, settings.limits.rows) == (8, 2, 1000)
    assert settings.origins == ("https://a",)
    assert origins["port"] == "flag"
    assert origins["host"] == "environment GRAPHMEM_HOST"
    assert origins["limits.hops"] == "graphmem.toml"
    assert origins["llm"] == origins["limits.rows"] == "default"


def test_every_setting_can_be_set_from_the_environment(here: Path) -> None:
    samples: dict[type, tuple[str, object]] = {
        bool: ("true", True), int: ("5000", 5000), float: ("90.5", 90.5),
        tuple: ("a, b", ("a", "b")),
    }  # fmt: skip
    for model, prefix in ((Settings, "GRAPHMEM_"), (Limits, "GRAPHMEM_LIMITS_")):
        for name, field in model.model_fields.items():
            if name == "limits":
                continue
            text, value = samples.get(type(field.default), ("text", "text"))
            small = {"workers", "appliers", "hops", "k"}
            if name in small:
                text, value = "2", 2
            if name == "origins":
                text = "https://A.example:8443/, *"
                value = ("https://a.example:8443", "*")
            if name == "proxies":
                text, value = "10.0.0.1, 10.1.0.0/16", ("10.0.0.1/32", "10.1.0.0/16")
            settings: Any = held({}, environment={prefix + name.upper(): text}).settings
            settings = settings.limits if model is Limits else settings
            assert getattr(settings, name) == value, name


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("GRAPHMEM_LIMITS_KK", "GRAPHMEM_LIMITS_KK is no setting.*GRAPHMEM_LIMITS_K"),
        ("GRAPHMEM_LIMITS_ZZZZZZZZZZZZZ", "did you mean.*`graphmem config` lists all"),
        ("GRAPHMEM_WORKER", "did you mean GRAPHMEM_WORKERS"),
    ],
)
def test_a_slip_in_the_environment_is_refused_with_what_was_meant(
    here: Path, variable: str, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        held({}, environment={variable: "1"})


def test_what_others_named_alike_is_left_alone(here: Path) -> None:
    names = (
        "SERVICE_HOST",
        "CONFIG",
        "PRICES",
        "VIEWS_DIR",
        "PICTURES",
        "TEST_KILLS",
        "NEO4J_CACHE",
    )
    env = {f"GRAPHMEM_{name}": "" if name == "CONFIG" else "a" for name in names}
    assert set(held({}, environment=env).origins.values()) == {"default"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", "'prot' is no setting; did you mean 'port'"),
        ("k = 1", "did you mean 'limits.k'"),
        ("[limits]\nrow = 1", "did you mean 'limits.rows'"),
        ("[limit]\nk = 1", "'limit' is no setting"),
        ("limits = 3", "must be a table"),
        ("port = 99999", "port: Input should be less than or equal to 65535, not 99999"),
        ('origins = ["app.example"]', "an origin is like https://app.example"),
        ('origins = ["https://app.example/path"]', "an origin is like https://app.example"),
        ("port = ", "cannot be read as TOML"),
        ("zzz = 1", "graphmem config"),
    ],
)
def test_a_file_with_a_slip_is_refused_with_what_to_do(here: Path, text: str, said: str) -> None:
    (here / "own.toml").write_text(text)
    with pytest.raises(InvalidInput, match=r"own\.toml") as raised:
        held({}, "own.toml", {})
    assert said in str(raised.value)


def test_a_file_that_is_named_must_be_there(here: Path) -> None:
    with pytest.raises(NotFound, match=r"no.toml"):
        held({}, "no.toml", {})
    with pytest.raises(NotFound):
        held({}, environment={"GRAPHMEM_CONFIG": "no.toml"})


def test_config_shows_what_holds_and_from_where_without_secrets(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHMEM_STORE", "neo4j://neo4j:secret@host:7687")
    monkeypatch.setenv("GRAPHMEM_PORT", "9000")
    assert run(["config", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["port"] == {"value": 9000, "from": "environment GRAPHMEM_PORT"}
    assert found["store"]["value"] == "neo4j://***@host:7687"
    assert set(found) == {
        *Settings.model_fields,
        *(f"limits.{n}" for n in Limits.model_fields),
    } - {"limits"}
    assert run(["--store", "graphmem.db", "config"]) == 0
    out = capsys.readouterr().out
    assert "graphmem.db  (flag)" in out
    assert "secret" not in out
    monkeypatch.setenv("GRAPHMEM_PORT", "many")
    assert run(["config"]) == 1
    assert "environment GRAPHMEM_PORT" in capsys.readouterr().err
