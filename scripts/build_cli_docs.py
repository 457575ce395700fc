"""Write docs/cli.md from the command line's own help; `--check` fails where it has drifted."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
HEAD = """# The command line

Made by `scripts/build_cli_docs.py` from `--help`; change the commands in `graphmem/cli/`.

Every command takes `--store` (or the environment's `GRAPHMEM_STORE`), `--space`, `--json` and
`--debug`, before the command's name or after it. Results go to stdout, talk and progress to
stderr. Exit status: 0 it went well (an honest "no answer" too), 1 it failed and stderr says why
in one line, 2 it was called wrongly: an option or argument is missing, unknown, or no value of
its kind. What is found out only when the command is at work is a 1.
"""


def helps() -> str:
    """Return the page: the help of the program and of each command."""
    # Set before typer is imported, which reads the width of the terminal.
    os.environ.update(COLUMNS="96", TERMINAL_WIDTH="96")
    os.environ.pop("GRAPHMEM_STORE", None)
    from graphmem.cli.app import app, commands_of

    parts = [HEAD]
    for words in [[], *commands_of(app)]:
        text = io.StringIO()
        with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
            app([*words, "--help"], prog_name="graphmem")
        title = " ".join(["graphmem", *words])
        body = "\n".join(line.rstrip() for line in text.getvalue().strip().splitlines())
        parts.append(f"## {title}\n\n```text\n{body}\n```\n")
    return "\n".join(parts)


def main() -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail on drift")
    check, page = parser.parse_args().check, helps()
    same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == page
    if check and not same:
        print("docs/cli.md is not what --help says: run scripts/build_cli_docs.py")
        return 1
    if not same:
        TARGET.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
