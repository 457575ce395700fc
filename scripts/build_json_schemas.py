"""Write the JSON Schemas of the public models; `--check` fails where they have drifted."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import graphmem_schemas
from graphmem_schemas import Frozen

FOLDER = Path(__file__).resolve().parent.parent / "schemas" / "graphmem_schemas" / "json"
# The bases of the models are not handed in or out by themselves.
BASES = {"Frozen", "Node"}


def wanted() -> dict[str, str]:
    """Return the text of each schema file by its name, from the models as they are."""
    files = {}
    for name in sorted(graphmem_schemas.__all__):
        model = getattr(graphmem_schemas, name)
        if name in BASES or not (isinstance(model, type) and issubclass(model, Frozen)):
            continue
        schema = model.model_json_schema(mode="validation")
        files[f"{name}.json"] = json.dumps(schema, indent=2, sort_keys=True) + "\n"
    return files


def drifted(files: dict[str, str]) -> list[str]:
    """Name the files that are missing, too many, or not what the models say."""
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    return sorted(
        name for name in files.keys() | there.keys() if files.get(name) != there.get(name)
    )


def main() -> int:
    """Write the files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail on drift")
    files, check = wanted(), parser.parse_args().check
    names = drifted(files)
    if check:
        for name in names:
            print(f"{name} is not what the models say: run scripts/build_json_schemas.py")
        return 1 if names else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name in files:
            (FOLDER / name).write_text(files[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    print(f"{len(files)} schemas, {len(names)} written or removed", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
