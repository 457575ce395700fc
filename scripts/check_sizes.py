"""Fail when a source file or a function outgrows what one can read in one go."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("graphmem", "schemas", "queries", "pipelines", "api", "scripts")
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60


def function_problems(path: Path, tree: ast.Module) -> list[str]:
    """Name the functions whose body, without its docstring, is too long."""
    problems = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        if not body:
            continue
        n_lines = (node.end_lineno or node.lineno) - body[0].lineno + 1
        if n_lines > MAX_FUNCTION_LINES:
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            problems.append(
                f"{where}: {node.name} has {n_lines} lines, limit {MAX_FUNCTION_LINES}"
            )
    return problems


def main() -> int:
    """Check every Python file that is shipped or run by make."""
    problems = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            n_lines = text.count("\n")
            if n_lines > MAX_FILE_LINES:
                name = path.relative_to(ROOT)
                problems.append(f"{name}: {n_lines} lines, limit {MAX_FILE_LINES}")
            problems.extend(function_problems(path, ast.parse(text)))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
