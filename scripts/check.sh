#!/bin/sh
# All checks that need no model, each named; stops at the first that fails.
set -eu
bin="${1:-.venv/bin}"
sources="graphmem schemas/graphmem_schemas queries/graphmem_queries pipelines/graphmem_pipelines api/graphmem_api"

step() { printf '== %s\n' "$1" >&2; }

step "ruff check";           "$bin/ruff" check .
step "ruff format --check";  "$bin/ruff" format --check .
step "mypy";                 "$bin/mypy"
step "pyright"
# The PyPI package fetches a node of its own where there is none: CI has one, a laptop may not.
if command -v node >/dev/null 2>&1; then
    PYRIGHT_PYTHON_IGNORE_WARNINGS=1 "$bin/pyright"
elif [ -n "${CI:-}" ]; then
    echo "pyright needs node on PATH: install it" >&2
    exit 1
else
    echo "left out: pyright needs node on PATH" >&2
fi
step "lint-imports";         "$bin/lint-imports"
# Of pydoclint's rules the ones that find what is stale: arguments and results that are gone.
step "docstrings";           "$bin/ruff" check --preview --select DOC102,DOC403 $sources
step "JSON Schemas";         "$bin/python" scripts/build_json_schemas.py --check
step "ontology";             "$bin/python" scripts/build_ontology.py --check
step "CLI reference";        "$bin/python" scripts/build_cli_docs.py --check
step "file sizes";           "$bin/python" scripts/check_sizes.py
