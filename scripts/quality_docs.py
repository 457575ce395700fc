"""Measure every retrieval set of a folder and write docs/quality.md.

Usage: python scripts/quality_docs.py FOLDER [SET ...]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from graphmem.bench.quality import run_quality

ROOT = Path(__file__).resolve().parents[1]
DOC = ROOT / "docs" / "quality.md"
FIGURES = ROOT / ".cache" / "quality.json"

HEAD = """# What retrieval is worth

Made by `python scripts/quality_docs.py FOLDER`, which runs
`graphmem bench quality FOLDER/SET --extraction spacy` for every set: our own extraction, the
shipped encoder, no LLM, **one configuration for all sets**. R@k is the mean share of the gold in
the first k, all@5 the share of questions with all of it in the first 5; in brackets the 95 %
bootstrap interval of R@5. *bm25*, *dense* and *flat* (the sum of both, each over its maximum) rank
the same passages. The few dozen weights in `graphmem/reading/weights.py` were set by hand while
looking at these sets, so the figures are no promise for others. p50 was taken on a shared machine.

| set | system | R@5 | R@10 | R@20 | all@5 | p50 ms |
|---|---|---|---|---|---|---|
"""

ABSTENTION = """
## Knowing what is not known

AUROC of the abstention score between questions that have an answer and those that have none
(adversarial ones included), and how many of each are declined at the default bar.

| set | without answer | AUROC | declined of those | declined of the answerable |
|---|---|---|---|---|
"""

CONTEXTS = """
## Contexts of at most 1,500 tokens

| set | median tokens | share of the gold that is cited |
|---|---|---|
"""

ROLES = """
## Updates and contradictions

| set | system | updated above original | both sides of a contradiction in the first 10 |
|---|---|---|---|
"""


def main(folder: Path, names: list[str]) -> None:
    """Measure the sets, and write what is known after each."""
    FIGURES.parent.mkdir(exist_ok=True)
    figures: dict[str, Any] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    for place in sorted(path.parent for path in folder.glob("*/queries.jsonl.gz")):
        if names and place.name not in names:
            continue
        report = run_quality(place, report=lambda text: print(text, file=sys.stderr))
        figures[place.name] = json.loads(report.to_json())
        FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
        DOC.write_text(render(figures))


def render(figures: dict[str, Any]) -> str:
    """Return the page."""
    text = HEAD
    for name, found in sorted(figures.items()):
        for system, row in found["systems"].items():
            low, high = row["recall_interval"]["5"]
            shares = [percent(row["recall"][k]) for k in ("5", "10", "20")]
            shares[0] += f" ({percent(low)}–{percent(high)})"
            cells = [*shares, percent(row["all_gold"]["5"]), f"{row['latency_ms']['p50']:.1f}"]
            text += f"| {name} | {system} | {' | '.join(cells)} |\n"
    ours = {name: found["systems"]["graphmem"] for name, found in sorted(figures.items())}
    text += ABSTENTION
    for name, row in ours.items():
        told = row["abstention"]
        area = "–" if told["auroc"] is None else f"{told['auroc']:.3f}"
        declined = [percent(told[f"declined_{kind}"]) for kind in ("unanswerable", "answerable")]
        text += f"| {name} | {told['n_unanswerable']} | {area} | {' | '.join(declined)} |\n"
    text += CONTEXTS
    for name, row in ours.items():
        context = row["context_tokens"]
        text += f"| {name} | {context['p50']:.0f} | {percent(context['gold_share'])} |\n"
    text += ROLES
    for name, found in sorted(figures.items()):
        for system, row in found["systems"].items():
            if row["roles"]:
                shares = [
                    percent(row["roles"].get(role, {}).get("share"))
                    for role in ("update_order", "contradiction_both@10")
                ]
                text += f"| {name} | {system} | {' | '.join(shares)} |\n"
    return text


def percent(share: float | None) -> str:
    """Return a share in per cent."""
    return "–" if share is None else f"{100 * share:.1f}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
