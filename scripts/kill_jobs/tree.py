"""A tree of files of mixed kinds, and an LLM's part for what is written in them."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import docx

__all__ = ["answer", "make_tree"]

_NAMES = ("Ann", "Boris", "Clara", "David", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas")
_SURNAMES = ("Abel", "Brandt", "Castro", "Duval", "Eriksen", "Fischer", "Garcia", "Horvat")
_TOWNS = ("Rome", "Oslo", "Lyon", "Porto", "Vienna", "Ghent", "Cork", "Turin", "Basel", "Graz")
_FIRMS = ("Northwind", "Larkfield", "Ostrava Steel", "Quill Press", "Vela Boats", "Tamar Mills")
_LIVES = re.compile(r"(\w+ \w+) lives in (\w+)\.")
_PASSAGE = re.compile(r"^<passage [^>]*>\n(.*?)\n</passage>$", re.DOTALL | re.MULTILINE)

Write = Callable[[Path, int, list[str]], None]


def make_tree(folder: Path, n_files: int, seed: int = 7) -> int:
    """Write files; return how many items are in them.

    People move: of two files that say where somebody lives the later one supersedes the other,
    so that the order in which they are applied is seen in the graph.
    """
    rng = random.Random(seed)
    kinds = list(_KINDS.items())
    n_items = 0
    for n in range(n_files):
        suffix, (write, n_sources) = kinds[n % len(kinds)]
        path = folder / f"part{n // 100:02}" / f"file{n:04}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, n, _sentences(rng, n))
        n_items += n_sources
    return n_items


def answer(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Say what the passages of a question say of where people live."""
    passages = _PASSAGE.findall("\n".join(str(message["content"]) for message in messages))
    found = [match for passage in passages for match in _LIVES.finditer(passage)]
    names = dict.fromkeys(name for match in found for name in match.groups())
    return {
        "entities": [{"name": name, "kind": "unknown", "quote": ""} for name in names],
        "facts": [
            {
                "quote": match[0], "subject": match[1], "predicate": "lives in",
                "object": match[2], "negated": False, "over": False, "valid_from": "",
                "valid_to": "",
            }
            for match in found
        ],
        "events": [],
        "prescriptions": [],
    }  # fmt: skip


def _sentences(rng: random.Random, n: int) -> list[str]:
    said = []
    for _ in range(4):
        who, firm = f"{rng.choice(_NAMES)} {rng.choice(_SURNAMES)}", rng.choice(_FIRMS)
        town = rng.choice(_TOWNS)
        said += [
            f"{who} lives in {town}.",
            f"{who} works for {firm} since {1990 + rng.randrange(30)}.",
            f"On day {n} {firm} opened a shop in {rng.choice(_TOWNS)}.",
        ]
    return said


def _text(path: Path, n: int, said: list[str]) -> None:
    path.write_text(" ".join(said) + "\n", encoding="utf-8")


def _markdown(path: Path, n: int, said: list[str]) -> None:
    half = len(said) // 2
    path.write_text(
        f"# Note {n}\n\n{' '.join(said[:half])}\n\n## More\n\n{' '.join(said[half:])}\n",
        encoding="utf-8",
    )


def _html(path: Path, n: int, said: list[str]) -> None:
    rows = "".join(f"<p>{one}</p>" for one in said)
    path.write_text(
        f"<!doctype html><html><head><title>Page {n}</title></head><body><main><h1>Page {n}</h1>"
        f"{rows}</main></body></html>\n",
        encoding="utf-8",
    )


def _docx(path: Path, n: int, said: list[str]) -> None:
    document = docx.Document()
    document.add_heading(f"Letter {n}", 1)
    for one in said:
        document.add_paragraph(one)
    document.save(str(path))


def _table(path: Path, n: int, said: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "title", "text"])
        for at in range(2):
            rows.writerow([f"r{n}-{at}", f"Row {at} of {n}", " ".join(said[at::2])])


def _conversation(path: Path, n: int, said: list[str]) -> None:
    rows = [
        {"role": "user" if at % 2 == 0 else "assistant", "content": one}
        for at, one in enumerate(said[:6])
    ]
    path.write_text(json.dumps({"id": f"chat{n}", "messages": rows}) + "\n", encoding="utf-8")


_KINDS: dict[str, tuple[Write, int]] = {
    ".txt": (_text, 1),
    ".md": (_markdown, 1),
    ".html": (_html, 1),
    ".jsonl": (_conversation, 1),
    ".csv": (_table, 2),
    ".docx": (_docx, 1),
}
