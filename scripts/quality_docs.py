"""Measure retrieval sets and write docs/quality.md with its picture.

Usage: python scripts/quality_docs.py FOLDER [SET ...] [--stores FOLDER] [--part PART ...]
       [--at-most N]

Figures are kept in .cache/quality.json: what is not measured anew stands on the page as it was.
`--at-most` bounds the questions of a set in the last two parts.
`--part` is quality, ablation, mixed (all sets at once) or none (only write the page).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from quality_page.page import render

from graphmem.bench.ablate import PICTURED, run_ablation, sets_of
from graphmem.bench.chart import bars_svg, panels_of
from graphmem.bench.mixed import run_mixed
from graphmem.bench.quality import run_quality

ROOT = Path(__file__).resolve().parents[1]
DOC = ROOT / "docs" / "quality.md"
PICTURE = ROOT / "docs" / "quality.svg"
FIGURES = ROOT / ".cache" / "quality.json"
PARTS = ("quality", "ablation", "mixed")


def main() -> None:
    """Read the arguments, measure, and write what is known after each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of the sets")
    parser.add_argument("sets", nargs="*", help="their names; all where none is given")
    parser.add_argument("--stores", type=Path, help="where filled stores are kept")
    parser.add_argument("--part", action="append", choices=(*PARTS, "none"), help="only this")
    parser.add_argument("--at-most", type=int, help="questions of a set, but for quality")
    given = parser.parse_args()
    folders = sets_of(given.folder, given.sets)
    write(known())
    for part in given.part or PARTS:
        for found in measured(part, folders, given.stores, given.at_most):
            figures = known()
            figures[part] = {**figures.get(part, {}), **found}
            write(figures)


def known() -> dict[str, Any]:
    """Return what is kept: read each time, since another part may be measured at the same time."""
    figures: dict[str, Any] = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    return figures


def measured(
    part: str, folders: list[Path], stores: Path | None, at_most: int | None
) -> Iterator[dict[str, Any]]:
    """Yield the figures of a part, set by set where they are by set."""
    mark = {"weights": weights_sum()}
    if part == "mixed":
        yield json.loads(run_mixed(folders, stores, at_most=at_most, report=say).to_json()) | mark
    for folder in folders:
        if part == "quality":
            report = run_quality(folder, stores=stores, report=say)
            yield {folder.name: json.loads(report.to_json()) | mark}
        elif part == "ablation":
            found = run_ablation([folder], stores, at_most=at_most, report=say)
            yield {name: told | mark for name, told in json.loads(found.to_json())["sets"].items()}


def write(figures: dict[str, Any]) -> None:
    """Keep the figures, write the page and draw the picture."""
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", "utf-8")
    fitted = weights_file().get("cross_fitted", {})
    DOC.write_text(render(figures, fitted, weights_sum()), "utf-8")
    if ablated := figures.get("ablation"):
        panels = panels_of(dict(sorted(ablated.items())), PICTURED, 5)
        PICTURE.write_text(bars_svg(panels), "utf-8")


def weights_file() -> dict[str, Any]:
    """Return the weights that ship, with what is told of them."""
    text = files("graphmem.reading").joinpath("weights.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def weights_sum() -> str:
    """Return what tells the weights that ship from others: figures are of some weights."""
    weighed = {name: weights_file()[name] for name in ("first", "pair", "final")}
    return sha256(json.dumps(weighed, sort_keys=True).encode()).hexdigest()[:12]


def say(text: str) -> None:
    """Tell how far it has come."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
