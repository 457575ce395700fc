"""What a module says it exports is what it defines for others."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import graphmem
import graphmem_schemas

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "graphmem", "schemas/graphmem_schemas", "queries/graphmem_queries",
    "pipelines/graphmem_pipelines", "api/graphmem_api",
)  # fmt: skip
MODULES = [
    path
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path.name not in ("__init__.py", "__main__.py")
]


def _exported(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            names: list[str] = ast.literal_eval(node.value)
            return names
    return None


def _defined(tree: ast.Module) -> set[str]:
    """Names of public functions and classes; constants may stay a module's own.

    What a router routes to is called by nobody else.
    """
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {
        n.name
        for n in tree.body
        if isinstance(n, kinds) and not n.name.startswith("_") and not _is_route(n)
    }


def _is_route(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    decorators = [one.func for one in node.decorator_list if isinstance(one, ast.Call)]
    owners = [one.value for one in decorators if isinstance(one, ast.Attribute)]
    return any(isinstance(owner, ast.Name) and owner.id == "router" for owner in owners)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_lists_what_it_defines_for_others(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    exported = _exported(tree)
    assert exported is not None, "no __all__"
    assert len(set(exported)) == len(exported)
    assert _defined(tree) <= set(exported)
    bound = {name.id for name in ast.walk(tree) if isinstance(name, ast.Name)}
    imported = {
        a.asname or a.name
        for n in ast.walk(tree)
        if isinstance(n, ast.ImportFrom)
        for a in n.names
    }
    assert set(exported) <= _defined(tree) | bound | imported


@pytest.mark.parametrize("package", [graphmem, graphmem_schemas], ids=lambda p: p.__name__)
def test_a_package_exports_what_it_says(package: object) -> None:
    names: list[str] = package.__all__  # type: ignore[attr-defined]
    assert names
    assert len(set(names)) == len(names)
    assert [name for name in names if not hasattr(package, name)] == []
    assert set(names) <= set(dir(package))
