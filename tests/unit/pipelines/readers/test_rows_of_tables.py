"""A table without a field map loses no column."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphmem_pipelines.readers.content import Found, ReaderOptions
from graphmem_pipelines.readers.scan import scan


def _texts(path: Path, **options: object) -> list[str]:
    found: list[Found] = list(scan([path], ReaderOptions(**options)))  # type: ignore[arg-type]
    documents = [one.content.document for one in found if one.content]
    return [document.text for document in documents if document]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("name,phone,note\nOla,0170,likes tea\n", "name: Ola; phone: 0170\nlikes tea"),
        ("name,phone\nIna Berg,0171 222\n", "name: Ina Berg; phone: 0171 222"),
        ("text,title\nIt rains.,Weather\n", "It rains."),
    ],
)  # fmt: skip
def test_columns_without_a_role_are_a_part_of_the_text(
    tmp_path: Path, rows: str, text: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(rows)
    assert _texts(path) == [text]


def test_with_a_field_map_only_what_is_mapped_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("name,phone,note\nOla Rist,0170 5551,likes tea\n")
    assert _texts(path, fields={"text": "note"}) == ["likes tea"]
