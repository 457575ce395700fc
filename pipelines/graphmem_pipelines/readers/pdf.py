"""PDF → a document: the text of its pages, lines joined to paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any

from graphmem.errors import InvalidInput, MissingExtra
from graphmem_pipelines.readers.moments import read_moment
from graphmem_pipelines.readers.plain import stem
from graphmem_schemas import Document

__all__ = ["from_pdf", "join_lines", "mend_hyphens", "without_running_heads"]

# pdfium must not be called by two threads at once.
_ONE_AT_A_TIME = Lock()
_MAX_PAGES = 20_000
_MAX_CHARS = 20_000_000
_MAX_TITLE_CHARS = 300
# pdfium writes the hyphen at the end of a line as a character that no text has.
_HYPHEN = "\ufffe"
_MIN_PAGES = 4
_NUMBER = re.compile(r"\d+")
_ENDS = (".", "!", "?", ":", ";", "…", "”", '"', ")", "。")
_OPEN_WORD = re.compile(rf"[^\W\d_][-{_HYPHEN}]$")
_CUT = re.compile(rf"([^\W\d_]+){_HYPHEN}([^\W\d_]+)")
_COMPOUND = re.compile(r"[^\W\d_]+-[^\W\d_]+")
# What begins a line of its own: an item of a list, or a numbered heading.
_ITEM = re.compile(
    r"^\s*([-•‣◦*–]|\(?\d{1,3}[.)]|[A-Za-z][.)]|\d{1,3}(\.\d{1,3})+\.?(?=\s+[A-Z]))\s"
)
_PASSWORD_ERROR = 4


def from_pdf(data: bytes, key: str) -> Document:
    """Return the text of a PDF, a blank line between paragraphs.

    Raises:
        InvalidInput: It is damaged, encrypted, too long, or holds pictures of text alone.
        MissingExtra: pypdfium2 is not installed.
    """
    try:
        import pypdfium2
    except ImportError as error:
        raise MissingExtra("readers", "reading PDF") from error
    try:
        with _ONE_AT_A_TIME, pypdfium2.PdfDocument(data) as pdf:
            pages = list(_pages(pdf))
            facts = pdf.get_metadata_dict()
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD_ERROR or "assword" in str(error):
            raise InvalidInput("it is encrypted: save it without its password first") from error
        raise InvalidInput(f"it is damaged, or no PDF: {error}") from error
    if not any(page.strip() for page in pages):
        raise InvalidInput(f"it has {_counted(pages)} and no text: run OCR first")
    lines = without_running_heads([page.splitlines() for page in pages])
    text = mend_hyphens("\n\n".join(filter(None, map(join_lines, lines))))
    title = _title(facts.get("Title", "")) or stem(key)
    return Document(text=text, title=title, at=read_moment(facts.get("CreationDate")))


def without_running_heads(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Drop what stands again and again at the edges of pages: their heads and numbers.

    That is one of the two outer lines where it is the same on most pages, but for numbers, and
    the outermost where it has a number and is the same on four: heads of chapters.
    """
    most = max(_MIN_PAGES, len(pages) // 2 + 1)
    outer, inner = (_edge_counts(pages, depth) for depth in (1, 2))
    often = {mark for mark, n in inner.items() if n >= most}
    numbered = {m for m, n in outer.items() if n >= _MIN_PAGES and _NUMBER.search(m)} | often

    kept = []
    for page in pages:
        dropped = {at for at in _edge_places(page, 2) if _mark(page[at]) in often}
        dropped |= {at for at in _edge_places(page, 1) if _mark(page[at]) in numbered}
        kept.append([line for at, line in enumerate(page) if at not in dropped])
    return kept


def join_lines(lines: Sequence[str]) -> str:
    """Join the lines of a page to paragraphs: one ends where its last line is short or final."""
    widths = sorted(len(line.strip()) for line in lines if line.strip())
    full = widths[int(len(widths) * 0.9)] * 0.75 if widths else 0
    parts: list[str] = []
    goes_on = False
    for line in (line.strip() for line in lines):
        if not line:
            goes_on = False
            continue
        if goes_on and not _ITEM.match(line):
            parts[-1] += line if _OPEN_WORD.search(parts[-1]) else f" {line}"
        else:
            parts.append(line)
        goes_on = bool(_OPEN_WORD.search(line)) or not (len(line) < full or _is_final(line, full))
    return "\n\n".join(parts)


def mend_hyphens(text: str) -> str:
    """Join words that were cut at the end of a line, but for those that have hyphens elsewhere."""
    known = {word.lower() for word in _COMPOUND.findall(text)}

    def mended(match: re.Match[str]) -> str:
        with_hyphen = f"{match[1]}-{match[2]}"
        is_word = match[2][0].islower() and with_hyphen.lower() not in known
        return match[1] + match[2] if is_word else with_hyphen

    return _CUT.sub(mended, text).replace(_HYPHEN, "-")


def _is_final(line: str, full: float) -> bool:
    """Whether a sentence ends with the line before the margin does."""
    return line.endswith(_ENDS) and len(line) < full * 1.2


def _pages(pdf: Any) -> Iterator[str]:
    if len(pdf) > _MAX_PAGES:
        raise InvalidInput(f"it has {len(pdf):,} pages; at most {_MAX_PAGES:,} are read: split it")
    n_chars = 0
    for page in pdf:
        said = page.get_textpage().get_text_range().replace("\x00", "")
        n_chars += len(said)
        if n_chars > _MAX_CHARS:
            raise InvalidInput(f"it has more than {_MAX_CHARS:,} characters: split it")
        yield said
        page.close()


def _edge_counts(pages: Sequence[Sequence[str]], depth: int) -> Counter[str]:
    return Counter(
        mark for page in pages for mark in {_mark(page[at]) for at in _edge_places(page, depth)}
    )


def _edge_places(page: Sequence[str], depth: int) -> set[int]:
    said = [at for at, line in enumerate(page) if line.strip()]
    return {*said[:depth], *said[-depth:]}


def _mark(line: str) -> str:
    return _NUMBER.sub("0", " ".join(line.split())).lower()


def _title(title: str) -> str | None:
    """Return the title that was given, where it is not the name of a draft's file."""
    title = " ".join(title.replace("\x00", "").split()).removeprefix("Microsoft Word - ")
    if re.search(r"\.(docx?|pdf|indd|tex|dvi|rtf|odt|pptx?|xlsx?)$", title, re.I):
        return None
    return title[:_MAX_TITLE_CHARS] or None


def _counted(pages: Sequence[str]) -> str:
    return "1 page" if len(pages) == 1 else f"{len(pages):,} pages"
