"""Tables of the page: figures in, Markdown out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphmem.bench.ablate import FLAT
from graphmem.bench.variants import VARIANTS
from quality_page.published import PUBLISHED

__all__ = [
    "ablation",
    "abstention",
    "against_flat",
    "contexts",
    "cross_fitted",
    "graph",
    "mixed",
    "outdated",
    "peers",
    "roles",
    "table",
]  # fmt: skip

Figures = Mapping[str, Any]

_DATA = ("MuSiQue R@5", "2Wiki R@5", "HotpotQA R@5", "LoCoMo R@5", "LoCoMo R@10")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def cross_fitted(fitted: Figures, quality: Figures) -> str:
    """Return what weights reach that never saw the set, beside flat retrieval."""
    ks = ("5", "10", "20")
    rows, below = [], []
    for name, found in sorted(fitted.items()):
        flat = quality.get(name, {}).get("systems", {}).get("flat", {}).get("recall", {})
        ours = [found[f"R@{k}"] for k in ks]
        shares = [f"{x:.1f}" for x in ours]
        if found.get("interval"):
            shares[0] += " ({:.1f}–{:.1f})".format(*found["interval"])
        rows.append([name, *shares, *(_percent(flat.get(k)) for k in ks)])
        below += [
            f"{name} (R@{k})"
            for k, share in zip(ks, ours, strict=True)
            if k in flat and share < round(100 * flat[k], 1)
        ]
    head = ["set", *(f"R@{k}" for k in ks), *(f"flat R@{k}" for k in ks)]
    said = f"\nBelow flat retrieval: {', '.join(below)}.\n" if below else ""
    return table(head, rows) + said


def outdated(figures: Figures, weights: str) -> str:
    """Return which figures were measured with other weights than those that ship, if any."""
    found = {
        f"{part} of {name}"
        for part in ("quality", "ablation")
        for name, told in figures.get(part, {}).items()
        if told.get("weights") != weights
    }
    if figures.get("mixed") and figures["mixed"].get("weights") != weights:
        found.add("all kinds in one space")
    return f"\n**Measured with earlier weights**: {', '.join(sorted(found))}.\n" if found else ""


def against_flat(quality: Figures) -> str:
    """Return the recall of all systems, with the shipped weights."""
    rows = []
    for name, found in sorted(quality.items()):
        for system, row in found["systems"].items():
            low, high = row["recall_interval"]["5"]
            shares = [_percent(row["recall"][k]) for k in ("5", "10", "20")]
            shares[0] += f" ({_percent(low)}–{_percent(high)})"
            rows.append([name, system, *shares, _percent(row["all_gold"]["5"])])
    return table(["set", "system", "R@5", "R@10", "R@20", "all@5"], rows)


def graph(ablated: Figures) -> str:
    """Return what the graph adds, and a sentence about where it adds something."""
    rows: list[list[str]] = []
    gains: list[str] = []
    nothing: list[str] = []
    losses: list[str] = []
    for name, told in sorted(ablated.items()):
        of = told["rows"]
        mean, low, high = (0.0 - 100 * x for x in of["without the graph"]["difference"]["5"])
        low, high = min(low, high), max(low, high)
        chosen = ("graphmem", "without the graph", "without pairs", "without the walk")
        shares = [_percent(of[row]["recall"]["5"]) for row in (*chosen, "the walk alone", "flat")]
        n_asked = str(told["n_queries"])
        rows.append([name, n_asked, *shares, f"{mean:+.1f} ({low:+.1f} to {high:+.1f})"])
        (gains if low > 0 else losses if high < 0 else nothing).append(name)
    said = "".join(
        f"{words} {', '.join(names)}. "
        for words, names in (
            ("It finds more, beyond what chance explains, on", gains),
            ("It changes nothing that can be told from chance on", nothing),
            ("It finds less on", losses),
        )
        if names
    )
    head = ["set", "questions", "R@5", "without the graph", "without pairs", "without the walk",
            "the walk alone", "flat", "the graph adds"]  # fmt: skip
    return f"{table(head, rows)}\n{said.strip()}\n"


def ablation(ablated: Figures) -> str:
    """Return the difference that each part makes to R@5, sets across."""
    names = sorted(ablated)
    rows = []
    for row in (*(variant.name for variant in VARIANTS), *FLAT):
        cells = []
        for name in names:
            told = ablated[name]["rows"][row]
            mean, low, high = (100 * x for x in told["difference"]["5"])
            sure = "**" if low > 0 or high < 0 else ""
            whole = _percent(told["recall"]["5"])
            cells.append(whole if row == "graphmem" else f"{sure}{mean:+.1f}{sure}")
        rows.append([row, *cells])
    return table(["", *(name.replace("_", " ") for name in names)], rows)


def mixed(found: Figures) -> str:
    """Return what a shared space costs."""
    rows = []
    for name, told in sorted(found["sets"].items()):
        mean, low, high = (100 * x for x in told["lost"]["5"])
        rows.append([
            name, str(told["n_queries"]),
            _percent(told["own"]["graphmem"]["recall"]["5"]),
            _percent(told["merged"]["graphmem"]["recall"]["5"]),
            f"{mean:+.1f} ({low:+.1f} to {high:+.1f})",
            _percent(told["merged"]["flat"]["recall"]["5"]),
        ])  # fmt: skip
    head = ["set", "questions", "own space", "shared space", "difference", "flat, shared space"]
    return table(head, rows)


def peers() -> str:
    """Return what others publish."""
    rows = [
        [
            one.who,
            one.needs,
            *(f"{one.figures[d]:.1f}" if d in one.figures else "–" for d in _DATA),
        ]
        for one in PUBLISHED
    ]
    return table(["published", "needs", *_DATA], rows)


def abstention(quality: Figures) -> str:
    """Return how well questions without an answer are told from others."""
    rows = []
    for name, row in _ours(quality):
        told = row["abstention"]
        if not told["n_unanswerable"]:
            continue
        area = "–" if told["auroc"] is None else f"{told['auroc']:.3f}"
        declined = [_percent(told[f"declined_{kind}"]) for kind in ("unanswerable", "answerable")]
        rows.append([name, str(told["n_unanswerable"]), area, *declined])
    head = ["set", "without answer", "AUROC", "declined of those", "declined of the answerable"]
    return table(head, rows)


def contexts(quality: Figures) -> str:
    """Return what a context of a fixed length holds."""
    rows = [
        [
            name,
            f"{row['context_tokens']['p50']:.0f}",
            _percent(row["context_tokens"]["gold_share"]),
        ]
        for name, row in _ours(quality)
    ]
    return table(["set", "median tokens", "share of the gold that is cited"], rows)


def roles(quality: Figures) -> str:
    """Return updates and contradictions."""
    rows = []
    for name, found in sorted(quality.items()):
        for system, row in found["systems"].items():
            if row["roles"]:
                shares = [
                    _percent(row["roles"].get(role, {}).get("share"))
                    for role in ("update_order", "contradiction_both@10")
                ]
                rows.append([name, system, *shares])
    head = ["set", "system", "updated above original",
            "both sides of a contradiction in the first 10"]  # fmt: skip
    return table(head, rows)


def _ours(quality: Figures) -> list[tuple[str, Figures]]:
    return [(name, found["systems"]["graphmem"]) for name, found in sorted(quality.items())]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"
