"""Bytes → text, whatever the encoding; a file that is no text is refused."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from graphmem.errors import InvalidInput, MissingExtra

__all__ = ["bom_encoding", "decode", "detected", "is_text"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Enough to tell an encoding by; all of a long file would take seconds.
_SAMPLE_BYTES = 200_000
_USUAL = "cp1252"


def decode(data: bytes, encoding: str | None = None) -> str:
    """Return the text; its lines end in one newline each.

    Tried are the encoding that was named alone, else a byte order mark, UTF-8, UTF-16 without a
    mark, and what charset-normalizer tells.

    Raises:
        InvalidInput: None of them fits, or there are NULs in the text; says what was tried.
        MissingExtra: It is not UTF-8, and charset-normalizer is not installed.
    """
    tried: list[str] = []
    for name in _candidates(data, encoding):
        try:
            text = data.decode(name)
        except LookupError as error:
            raise InvalidInput(f"there is no encoding {name!r}") from error
        except UnicodeDecodeError as error:
            tried.append(f"{name} (byte {error.start:,})")
            continue
        nul = text.find("\x00")
        if nul < 0:
            return text.replace("\r\n", "\n").replace("\r", "\n")
        tried.append(f"{name} (a NUL at character {nul:,})")
    raise InvalidInput(f"it is no text in any encoding that was tried: {', '.join(tried)}")


def bom_encoding(head: bytes) -> str | None:
    """Return the encoding that a byte order mark tells of."""
    return next((name for bom, name in _BOMS if head.startswith(bom)), None)


def is_text(head: bytes) -> bool:
    """Whether a file that begins so may be a text, in whatever encoding."""
    if bom_encoding(head) or _utf16_without_bom(head):
        return True
    odd = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return b"\x00" not in head and odd * 50 <= len(head)


def _candidates(data: bytes, encoding: str | None) -> Iterator[str]:
    if encoding:
        yield encoding
        return
    bom = bom_encoding(data)
    if bom:
        yield bom
        return
    yield "utf-8"
    wide = _utf16_without_bom(data[:4_096])
    if wide:
        yield wide
    elif b"\x00" not in data:
        name = detected(data)
        if name:
            yield name


def _utf16_without_bom(head: bytes) -> str | None:
    """Tell UTF-16 of Western text by the zeros of every second byte."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd * 10 > len(head) * 3 and even * 20 < len(head):
        name = "utf-16-le"
    elif even * 10 > len(head) * 3 and odd * 20 < len(head):
        name = "utf-16-be"
    else:
        return None
    signs = head.decode(name, "ignore")
    return None if any(sign < " " and sign not in "\t\n\r\f" for sign in signs) else name


def detected(sample: bytes) -> str | None:
    """Return what charset-normalizer takes the encoding for, if it takes it for any.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        from charset_normalizer import from_bytes
    except ImportError as error:
        raise MissingExtra("readers", "reading a text that is not UTF-8") from error
    matches = from_bytes(sample[:_SAMPLE_BYTES])
    best = matches.best()
    if best is None:
        return None
    # In short texts many encodings fit alike: then the one that is met most is meant.
    fits = {
        name
        for match in matches
        if match.chaos <= best.chaos
        for name in match.could_be_from_charset
    }
    return _USUAL if _USUAL in fits else best.encoding
