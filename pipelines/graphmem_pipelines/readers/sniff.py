"""Which reader a file is for: by what it begins with, and by suffix where that says nothing."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.decoding import is_text

__all__ = ["HEAD_BYTES", "KINDS", "SPLIT_KINDS", "UNKNOWN", "knows_suffix", "sniff"]

HEAD_BYTES = 8_192
UNKNOWN = "unknown"
"""Kind of what was refused when it was found."""

SPLIT_KINDS = frozenset(
    ("csv", "json", "openai", "chatgpt", "longmemeval", "locomo", "langchain", "otel", "run",
     "rows")
)  # fmt: skip
"""Kinds of files that hold many sources: they are taken apart while they are found."""

KINDS = SPLIT_KINDS | frozenset(
    ("text", "markdown", "html", "pdf", "docx", "epub", "slack", "whatsapp")
)
"""Names of all readers, as `ReaderOptions.format` takes them."""

_BY_SUFFIX = {
    ".txt": "text", ".text": "text", ".rst": "text", ".log": "text",
    ".md": "markdown", ".markdown": "markdown", ".mdx": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".pdf": "pdf", ".docx": "docx", ".epub": "epub",
    ".csv": "csv", ".tsv": "csv",
    ".json": "json", ".jsonl": "json", ".ndjson": "json",
}  # fmt: skip
_ARCHIVES = frozenset(
    (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tbz2", ".txz")
)
_PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf'\x1c",
           b"Rar!\x1a\x07", b"(\xb5/\xfd")  # fmt: skip
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.{0,2000}?-->\s*)?<(!doctype\s+html|html)\b", re.I | re.S
)
_WHATSAPP = re.compile(
    r"^\ufeff?[\u200e\u200f]*\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s+\d{1,2}[:.]\d{2}([:.]\d{2})?"
    r"(\s?[apAP]\.?\s?[mM]\.?)?(\]\s|\s-\s)",
    re.M,
)
_SLACK = re.compile(rb'\A\s*\[\s*\{(?=.*"type"\s*:\s*"message")(?=.*"ts"\s*:\s*"\d)', re.S)


def knows_suffix(path: str) -> bool:
    """Whether a file of a folder is read, or at least refused aloud, by its name."""
    suffix = PurePosixPath(path).suffix.lower()
    return suffix in _BY_SUFFIX or suffix in _ARCHIVES


def sniff(path: str, head: bytes, *, named: bool) -> str | None:
    """Return the name of the reader for a file, or None for one that nobody asked for.

    Args:
        path: of the file; only its suffix counts.
        head: its first `HEAD_BYTES`.
        named: whether the file itself was asked for, and not only its folder.

    Raises:
        InvalidInput: It is an archive, or something else that no reader takes.
    """
    suffix = PurePosixPath(path).suffix.lower()
    kind = _BY_SUFFIX.get(suffix)
    packed = _from_magic(head, suffix)
    if packed:
        return packed
    if kind in ("pdf", "docx", "epub"):
        raise InvalidInput(f"it is called {suffix}, and is none: its first bytes are {head[:8]!r}")
    if not is_text(head):
        if kind or named:
            raise InvalidInput("it is no text, and no reader knows it: convert it to text or PDF")
        return None
    if kind is None and suffix and not named:
        return None
    # Lines of logs begin as those of chats do.
    return kind if kind and suffix == ".log" else _text_kind(kind, head)


def _from_magic(head: bytes, suffix: str) -> str | None:
    if head.startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in head[:1024]):
        return "pdf"
    if head.startswith(_OLD_OFFICE):
        raise InvalidInput(
            "it is an old Office file, or one with a password: save it as .docx without one"
        )
    if head.startswith(b"PK\x03\x04"):
        if b"mimetypeapplication/epub+zip" in head[:200] or suffix == ".epub":
            return "epub"
        if suffix == ".docx" or b"word/" in head:
            return "docx"
    if head.startswith(_PACKED) or head[257:262] == b"ustar" or suffix in _ARCHIVES:
        raise InvalidInput("it is an archive: unpack it, and give the folder")
    return None


def _text_kind(kind: str | None, head: bytes) -> str:
    """Look at how a text begins: names often say less, above all .txt and none."""
    if kind in (None, "text"):
        start = head.decode("utf-8", "replace")
        if len(_WHATSAPP.findall(start)) > 1 or _WHATSAPP.match(start):
            return "whatsapp"
        if _HTML.match(head):
            return "html"
    if kind is None and head.lstrip()[:1] in (b"{", b"["):
        return "json"
    if kind == "json" and _SLACK.match(head):
        return "slack"
    return kind or "text"
