"""Lists that are a JSON array, page by page: `limit`, `cursor`, and the next page in Link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from graphmem.core.cursors import read_cursor, write_cursor

__all__ = ["PAGED", "Cursor", "MostRows", "page_of"]

MostRows = Annotated[
    int | None, Query(ge=1, le=1_000, description="Rows a page; all of them unless said.")
]
Cursor = Annotated[
    str | None,
    Query(max_length=8_000, description="Of the page before: in its Link, as it is."),
]

PAGED: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "Link": {
                "description": 'Of the next page, where there is one: <…>; rel="next" (RFC 8288).',
                "schema": {"type": "string"},
            }
        }
    }
}
_T = TypeVar("_T")


def page_of(
    rows: Sequence[_T],
    uid_of: Callable[[_T], str],
    limit: int | None,
    cursor: str | None,
    request: Request,
    response: Response,
) -> Sequence[_T]:
    """Return a page of rows, and name the next in the response's Link, where there is one.

    A cursor is the place and the uid of the row before: where rows came or went meanwhile, the
    list goes on behind that row, or at that place where it is gone.

    Raises:
        InvalidInput: It is no cursor.
    """
    start = _start(rows, uid_of, cursor)
    end = len(rows) if limit is None else min(len(rows), start + limit)
    if end < len(rows):
        asked = [one for one in request.query_params.multi_items() if one[0] != "cursor"]
        asked.append(("cursor", write_cursor(end, uid_of(rows[end - 1]))))
        response.headers["Link"] = f'<?{urlencode(asked)}>; rel="next"'
    return rows[start:end]


def _start(rows: Sequence[_T], uid_of: Callable[[_T], str], cursor: str | None) -> int:
    match read_cursor(cursor, (0, "")):
        case (int(place), str(uid)):
            uids = [uid_of(row) for row in rows]
            return uids.index(uid) + 1 if uid in uids else min(max(place, 0), len(rows))
    return 0
