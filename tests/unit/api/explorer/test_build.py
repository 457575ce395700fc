"""The build of the explorer that is committed belongs to the sources that are committed."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
SOURCES = ROOT / "api" / "explorer"
BUILT = ROOT / "api" / "graphmem_api" / "explorer" / "dist"
# As in bundling/committed.js.
FILES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.js")
FOLDERS = ("bundling", "src")


def test_the_build_is_that_of_the_sources() -> None:
    found = sha256()
    in_folders = [path for name in FOLDERS for path in (SOURCES / name).rglob("*")]
    paths = [SOURCES / name for name in FILES] + [path for path in in_folders if path.is_file()]
    for path in sorted(paths, key=lambda path: path.relative_to(SOURCES).as_posix()):
        body = path.read_bytes()
        found.update(f"{path.relative_to(SOURCES).as_posix()}\0{len(body)}\0".encode() + body)
    said = (BUILT / "SOURCES.sha256").read_text().strip()
    assert found.hexdigest() == said, "run scripts/build_explorer.sh and commit what it builds"


def test_every_bundled_package_is_named_with_its_licence() -> None:
    notice = (BUILT / "NOTICE.txt").read_text()
    for name in json.loads((SOURCES / "package.json").read_text())["dependencies"]:
        assert re.search(rf"^{re.escape(name)} \S+ \(MIT\)$", notice, re.MULTILINE), name


def test_the_lock_file_names_no_place_to_download_from() -> None:
    locked = json.loads((SOURCES / "package-lock.json").read_text())
    assert all("resolved" not in package for package in locked["packages"].values())
    assert all("integrity" in package for path, package in locked["packages"].items() if path)


@pytest.mark.parametrize("forbidden", ["eval(", "new Function(", "localhost", "cdn."])
def test_nothing_is_built_in_that_the_policy_forbids(forbidden: str) -> None:
    scripts = list((BUILT / "assets").glob("*.js"))
    assert scripts
    assert [path.name for path in scripts if forbidden in path.read_text()] == []


def test_the_page_holds_no_script_and_no_style_of_its_own() -> None:
    page = (BUILT / "index.html").read_text()
    assert re.findall(r"<script[^>]*>(.+?)</script>", page) == []
    assert "<style" not in page
    assert "style=" not in page
    assert re.findall(r"""(?:src|href)="(?!\./)""", page) == []
