"""HTML → a document: the main text, with headings, list items and rows each on a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphmem.errors import InvalidInput, MissingExtra
from graphmem_pipelines.readers.decoding import bom_encoding, decode
from graphmem_pipelines.readers.moments import read_moment
from graphmem_pipelines.readers.plain import stem
from graphmem_schemas import Document

__all__ = ["Page", "from_html", "read_page"]

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.I)
_CHUNK_CHARS = 1 << 16
_MAX_TITLE_CHARS = 300
# A part that is marked as the main one is taken for it if it says at least so much.
_MAIN_SHARE = 0.25

_SKIP, _ASIDE, _MAIN, _ARTICLE, _VERBATIM = 1, 2, 4, 8, 16
_MARKS = {
    **dict.fromkeys(
        ("script", "style", "noscript", "template", "svg", "math", "iframe", "object", "canvas",
         "select", "button", "textarea", "audio", "video", "datalist", "dialog"), _SKIP
    ),
    **dict.fromkeys(("nav", "aside", "footer", "header", "menu"), _ASIDE),
    "main": _MAIN, "article": _ARTICLE, "pre": _VERBATIM,
}  # fmt: skip
_ROLES = {
    **dict.fromkeys(("navigation", "banner", "contentinfo", "complementary", "search"), _ASIDE),
    "main": _MAIN, "article": _ARTICLE,
}  # fmt: skip
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_PARAGRAPHS = frozenset(
    "p div section article main body blockquote ul ol dl table figure figcaption pre hr form "
    "fieldset address details summary nav aside header footer".split()
) | set(_HEADINGS)
_LINES = frozenset(("li", "dt", "dd", "tr", "br", "option", "caption"))
_DATES = frozenset(
    ("article:published_time", "date", "dc.date", "dcterms.date", "dcterms.created",
     "datepublished", "pubdate", "sailthru.date")
)  # fmt: skip


@dataclass(slots=True)
class Page:
    """What is written on a page.

    Attributes:
        blocks: texts with their marks: paragraphs, items, rows.
        published: as it is written.
    """

    title: str = ""
    published: str | None = None
    blocks: list[tuple[str, int]] = field(default_factory=list)

    def first_heading(self) -> str:
        """Return the first heading of the main part, or else of what is not aside."""
        found = [(text, mark) for text, mark in self.blocks if text.lstrip().startswith("# ")]
        for part in (_MAIN, _ARTICLE, 0):
            inside = [t for t, mark in found if mark & part or not (part or mark & _ASIDE)]
            if inside:
                return inside[0].strip()[2:]
        return ""

    def text(self) -> str:
        """Return the main part if one is marked and says enough, else all but what is aside."""
        body = [(text, mark) for text, mark in self.blocks if not mark & _ASIDE]
        whole = sum(len(text) for text, _ in body)
        for part in (_MAIN, _ARTICLE):
            inside = [(text, mark) for text, mark in body if mark & part]
            if inside and sum(len(text) for text, _ in inside) >= _MAIN_SHARE * whole:
                return _joined(inside)
        return _joined(body or self.blocks)


def from_html(data: bytes, key: str, encoding: str | None = None) -> Document:
    """Return the main text of a page.

    Raises:
        InvalidInput: It is no text, or nothing of it can be read.
        MissingExtra: lxml is not installed.
    """
    page = read_page(decode(data, encoding or _declared(data)))
    text = page.text()
    if not text:
        raise InvalidInput("the page has no text: it may be made by scripts; save it as rendered")
    title = _best_title(page) or stem(key)
    return Document(text=text, title=title, at=read_moment(page.published))


def read_page(text: str) -> Page:
    """Return what is written on a page, however broken its tags are; linear in its length.

    Raises:
        MissingExtra: lxml is not installed.
    """
    try:
        from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
    except ImportError as error:
        raise MissingExtra("readers", "reading HTML") from error
    target = _Target()
    parser = etree.HTMLParser(target=target, huge_tree=True, encoding="utf-8", no_network=True)
    for start in range(0, len(text), _CHUNK_CHARS):
        parser.feed(text[start : start + _CHUNK_CHARS].encode("utf-8", "replace"))
    parser.close()
    return target.page


class _Target:
    """Hears of tags and texts one by one: no tree, so no depth that could end it."""

    def __init__(self) -> None:
        self.page = Page()
        self._open: list[tuple[str, int]] = []
        self._said: list[str] = []
        self._prefix = ""
        self._break = "\n\n"
        self._in_title = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Open an element."""
        mark = self._mark | _mark_of(tag, attributes, self._mark)
        if tag in _PARAGRAPHS or tag in _LINES:
            self._flush("\n" if tag in _LINES else "\n\n")
        self._open.append((tag, mark))
        if tag in _HEADINGS:
            self._prefix = _HEADINGS[tag]
        elif tag == "li":
            self._prefix = "- "
        elif tag in ("td", "th") and self._said:
            self._said.append(" | ")
        elif tag == "title":
            self._in_title = not self.page.title
        elif tag == "meta":
            self._hear_meta(attributes)
        elif tag == "time" and mark & (_MAIN | _ARTICLE):
            self.page.published = self.page.published or attributes.get("datetime")

    def end(self, tag: str) -> None:
        """Close an element."""
        if tag in _PARAGRAPHS or tag in _LINES:
            self._flush("\n" if tag in _LINES else "\n\n")
        if tag == "title":
            self._in_title = False
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def data(self, text: str) -> None:
        """Take words."""
        if self._in_title:
            if not self._mark & _SKIP and len(self.page.title) < _MAX_TITLE_CHARS:
                self.page.title += text
        elif not self._mark & _SKIP:
            self._said.append(text)

    def close(self) -> None:
        """End the page."""
        self._flush("\n\n")

    @property
    def _mark(self) -> int:
        return self._open[-1][1] if self._open else 0

    def _hear_meta(self, attributes: Mapping[str, str]) -> None:
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        if name and name.lower() in _DATES:
            self.page.published = self.page.published or attributes.get("content")

    def _flush(self, following: str) -> None:
        """End a block: what was said since the last one."""
        said, prefix, before = "".join(self._said), self._prefix, self._break
        self._said.clear()
        self._break = following if said.strip() else max(before, following, key=len)
        if not said.strip():
            return
        self._prefix = ""
        mark = self._mark
        if mark & _VERBATIM and "\n" in said.strip():
            fence = "~~~" if "```" in said else "```"
            text = f"{fence}\n{said.strip(chr(10))}\n{fence}"
        else:
            text = prefix + " ".join(said.split())
        self.page.blocks.append((before + text, mark))


def _mark_of(tag: str, attributes: Mapping[str, str], around: int) -> int:
    mark = _MARKS.get(tag, 0) | _ROLES.get(attributes.get("role", ""), 0)
    if mark & _ASIDE and tag in ("header", "footer") and around & (_MAIN | _ARTICLE):
        mark &= ~_ASIDE  # of an article: its title and who wrote it
    style = attributes.get("style", "").replace(" ", "").lower()
    if "hidden" in attributes or "display:none" in style or "visibility:hidden" in style:
        mark |= _SKIP
    return mark


def _joined(blocks: list[tuple[str, int]]) -> str:
    return "".join(text for text, _ in blocks).strip()


def _best_title(page: Page) -> str | None:
    """Return the title of the page, without the name of the site where the heading tells it."""
    title, heading = " ".join(page.title.split()), page.first_heading()
    best = heading if heading and (not title or heading.lower() in title.lower()) else title
    return best[:_MAX_TITLE_CHARS] or None


def _declared(data: bytes) -> str | None:
    """Return the encoding that the page names, where it is one that Python has."""
    if bom_encoding(data):
        return None
    match = _CHARSET.search(data, 0, 4_096)
    if match is None:
        return None
    name = match[1].decode("ascii").lower()
    # The standard of the web reads both names so.
    name = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252"}.get(name, name)
    try:
        data[:64].decode(name, "ignore")
    except LookupError:
        return None
    return name
