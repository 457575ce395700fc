"""The explorer's files at /explorer: built ahead, read once, and served with a closed policy."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from http import HTTPStatus
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from graphmem_api.problems import Problem

__all__ = ["POLICY", "router"]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the pages may load and do: only what this server serves, and nothing written inline."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# The name of a file in assets/ holds a digest of what is in it.
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"

router = APIRouter(prefix="/explorer", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    media_type: str
    etag: str
    cache_control: str


@router.get("")
async def without_slash(request: Request) -> RedirectResponse:
    """Lead to the page's own folder, so that what it names relatively is found."""
    # Only the path's last part, so that it holds behind a proxy that adds a prefix.
    return RedirectResponse("explorer/", HTTPStatus.TEMPORARY_REDIRECT)


@router.get("/{path:path}")
async def page(path: str, request: Request) -> Response:
    """Return the page, or a file that it loads."""
    file = _built().get(path or "index.html")
    if file is None:
        detail = f"the explorer has no file {path[:200]!r}: open /explorer/"
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", detail)
    headers = {**_HEADERS, "Cache-Control": file.cache_control, "ETag": file.etag}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(file.body, media_type=file.media_type, headers=headers)


@cache
def _built() -> dict[str, _File]:
    """Return what was built, by path: so no path that is asked for ever reaches the disk."""
    found = {}
    for path, item in _walk(files("graphmem_api") / "explorer" / "dist", ""):
        body = item.read_bytes()
        kind = mimetypes.guess_type(path)[0] or "text/plain"
        found[path] = _File(
            body=body,
            media_type="text/javascript" if path.endswith(".js") else kind,
            etag=f'"{blake2b(body, digest_size=16).hexdigest()}"',
            cache_control=_FOREVER if path.startswith("assets/") else _ASK_AGAIN,
        )
    return found


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _walk(item, f"{prefix}{item.name}/")
        else:
            yield prefix + item.name, item
