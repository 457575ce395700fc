"""Draw the pictures of docs/concepts.md: run its blocks in an empty folder, keep the SVGs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
_BLOCK = re.compile(r"^```(python|bash)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main() -> None:
    """Write docs/pictures/*.svg."""
    page = (DOCS / "concepts.md").read_text(encoding="utf-8")
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    names: dict[str, object] = {"__name__": "__page__"}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for kind, text in _BLOCK.findall(page):
            if kind == "python":
                exec(compile(text, "concepts.md", "exec"), names)
            else:
                subprocess.run(text, shell=True, check=True)
        for drawn in sorted(Path(folder).glob("*.svg")):
            shutil.copy(drawn, DOCS / "pictures" / drawn.name)
        os.chdir(DOCS)


if __name__ == "__main__":
    main()
