"""Every block of docs/concepts.md runs and prints what the page says; its pictures show it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "concepts.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PICTURES = re.findall(r"\]\(pictures/([\w-]+\.svg)\)", PAGE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("concepts")
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
        patch.chdir(folder)
        yield folder


def test_blocks_run_in_order_and_print_what_the_page_says(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, object] = {"__name__": "__page__"}
    printed = ""
    for kind, text in BLOCKS:
        if kind == "python":
            exec(compile(text, "concepts.md", "exec"), names)
            printed = capsys.readouterr().out
        elif kind == "bash":
            subprocess.run(text, shell=True, cwd=folder, check=True, timeout=120)
        else:
            assert kind == "text", f"nobody runs a block of {kind}"
            assert printed.splitlines() == text.splitlines()
    assert len(PICTURES) == 6
    for name in PICTURES:
        drawn, shown = ((where / name).read_text("utf-8") for where in (folder, DOCS / "pictures"))
        # Where the boxes stand may differ by a pixel between processors.
        assert _words(drawn) == _words(shown), f"run scripts/build_concepts.py: {name} differs"


def _words(svg: str) -> list[str]:
    return sorted(re.findall(r"<text[^>]*>([^<]*)<", svg))
