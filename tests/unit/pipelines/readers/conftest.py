"""Real files of each kind, written as programs write them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from graphmem_pipelines.readers.content import Content, Found, ReaderOptions
from graphmem_pipelines.readers.read import read
from graphmem_pipelines.readers.scan import scan

CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
)


def pdf_bytes(pages: Sequence[Sequence[str]], info: Mapping[str, str] | None = None) -> bytes:
    """Write a PDF of lines of text, object by object, with a right table of offsets."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"",
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica"
               b" /Encoding /WinAnsiEncoding >>"]  # fmt: skip
    kids = []
    for lines in pages:
        said = b"BT /F1 11 Tf 14 TL 50 780 Td\n"
        for line in lines:
            text = line.encode("cp1252")
            for sign in (b"\\", b"(", b")"):
                text = text.replace(sign, b"\\" + sign)
            said += b"(" + text + b") Tj T*\n"
        said += b"ET"
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(said), said))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (b" ".join(kids), len(kids))
    trailer = b"/Root 1 0 R"
    if info:
        pairs = b" ".join(b"/%b (%b)" % (k.encode(), v.encode()) for k, v in info.items())
        objects.append(b"<< %b >>" % pairs)
        trailer += b" /Info %d 0 R" % len(objects)
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    n, start = len(objects) + 1, len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n%b" % (n, table)
    return data + b"trailer << /Size %d %b >>\nstartxref\n%d\n%%%%EOF" % (n, trailer, start)


def epub_bytes(
    chapters: Mapping[str, str], metadata: str = "<dc:title>A Book</dc:title>"
) -> bytes:
    items = "".join(
        f'<item id="c{at}" href="{name}" media-type="application/xhtml+xml"/>'
        for at, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{at}"/>' for at in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        book.writestr("META-INF/container.xml", CONTAINER)
        book.writestr("OEBPS/content.opf", package)
        for name, text in chapters.items():
            book.writestr(f"OEBPS/{name.replace('%20', ' ')}", text)
    return written.getvalue()


class Tree:
    """A folder and what readers find in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: str | bytes | list[Any] | dict[str, Any]) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list | dict):
            content = json.dumps(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def lines(self, name: str, rows: Sequence[Any]) -> Path:
        return self.write(name, "".join(json.dumps(row) + "\n" for row in rows))

    def found(self, *names: str, **options: Any) -> list[Found]:
        paths = [self.folder / name for name in names] or [self.folder]
        return list(scan(paths, ReaderOptions(**options)))

    def contents(self, *names: str, **options: Any) -> list[Content]:
        chosen = ReaderOptions(**options)
        return [read(item, chosen) for item in self.found(*names, **options)]

    def content(self, *names: str, **options: Any) -> Content:
        (content,) = self.contents(*names, **options)
        return content

    def problems(self, *names: str, **options: Any) -> dict[str, str | None]:
        return {item.key: item.problem for item in self.found(*names, **options)}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    folder = tmp_path / "root"
    folder.mkdir()
    return Tree(folder)


@pytest.fixture
def make_pdf() -> Callable[..., bytes]:
    return pdf_bytes


@pytest.fixture
def make_epub() -> Callable[..., bytes]:
    return epub_bytes
