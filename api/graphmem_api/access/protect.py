"""All that stands between a socket and the routes, in its order."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from graphmem_api.access.entry import Authenticated, BoundedBody, OwnHost
from graphmem_api.access.headers import SafeHeaders
from graphmem_api.observe.requests import Observed
from graphmem_api.settings import Settings

__all__ = ["protect"]

_TAKEN = [
    *("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID"),
    *("MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id"),
    *("X-Request-ID", "traceparent", "tracestate"),
]
_TOLD = [
    *("ETag", "Idempotency-Replayed", "Link", "Location", "Mcp-Session-Id", "Retry-After"),
    *("WWW-Authenticate", "X-Request-ID"),
]


def protect(app: FastAPI, settings: Settings) -> None:
    """Have an app ask who calls before it does anything; the last one here is met first."""
    limits = settings.limits
    app.add_middleware(BoundedBody, most=limits.body_bytes, most_together=limits.bodies_bytes)
    app.add_middleware(OwnHost, settings=settings)
    app.add_middleware(Authenticated)
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=_TAKEN,
            expose_headers=_TOLD,
        )
    app.add_middleware(Observed)
    app.add_middleware(SafeHeaders)
    if settings.proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.proxies))
