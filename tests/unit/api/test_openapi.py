"""The document of the interface: kept as a file, told of in the changelog, complete."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graphmem_api.app import create_app
from graphmem_api.routes.examples import EXAMPLES
from graphmem_api.settings import Settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    }


def test_the_file_has_not_drifted_and_the_changelog_tells_of_it() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "build_openapi.py"), "--check"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_operation_says_what_it_is_and_what_can_go_wrong(document: dict[str, Any]) -> None:
    found = operations(document)
    n_routes = sum(len(item) for item in document["paths"].values())
    assert len(found) == n_routes, "two operations have one id"
    for name, operation in found.items():
        assert operation["summary"], name
        assert operation["tags"], name
        assert name.isidentifier()
        problem = operation["responses"]["default"]["content"]["application/problem+json"]
        assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
        for status, answer in operation["responses"].items():
            if status >= "400" and status.isdigit():
                assert answer["content"], (name, status)


def test_the_document_refers_to_nothing_that_is_not_there(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    text = json.dumps(document)
    named = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= schemas.keys()
    assert "HTTPValidationError" not in schemas


def test_each_body_has_an_example_that_fits(document: dict[str, Any]) -> None:
    found = operations(document)
    assert EXAMPLES.keys() <= found.keys()
    for name in EXAMPLES:
        (content,) = found[name]["requestBody"]["content"].values()
        assert content["examples"], name
