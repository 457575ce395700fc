"""What a server is set to, whatever said so: flags, the environment, or a file."""

from __future__ import annotations

from ipaddress import ip_network
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from graphmem_schemas.base import Frozen

__all__ = ["Limits", "Settings"]


class Limits(Frozen):
    """What a client may ask for at most.

    Attributes:
        head_bytes: of a request's line and headers.
        body_bytes: of a request.
        bodies_bytes: of all requests that a process holds at once; more are to come again.
        text_chars: of one text in it.
        k: hits of a search.
        budget: tokens of a context.
        hops: of a neighbourhood.
        nodes: of a graph that is returned at once.
        rows: of a Cypher statement.
        cypher_s: seconds that a Cypher statement may run.
        request_s: seconds until a request's head and body must be there.
        per_minute: calls of one key; 0 is without limit.
        wrong_keys: a minute from one address, or one /64 of IPv6, after which others like them
            from there have to wait; 0 is without limit.
        concurrent: calls that are worked on at once; others wait their turn.
        searches: of these, how many search at once in a process, as long as none takes a second.
            0: two, or one where there is no second processor for each process; with a remote
            store or embedder, where they wait more than they compute, all.
        connections: that are open at once; others are told to come again.
        waiting: writes of a space that wait to be applied; more are refused with 429.
        waiting_chars: characters that these have together.
        wait_s: seconds that a write with `?wait=true` is waited for.
        streams: streams of events that are open at once; one key has half of them at most.
    """

    head_bytes: int = Field(default=32 * 1024, ge=1024)
    body_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    bodies_bytes: int = Field(default=256 * 1024 * 1024, ge=1024)
    text_chars: int = Field(default=8 * 1024 * 1024, ge=1)
    k: int = Field(default=100, ge=1, le=1000)
    budget: int = Field(default=32_000, ge=1)
    hops: int = Field(default=3, ge=1, le=10)
    nodes: int = Field(default=50_000, ge=1)
    rows: int = Field(default=1_000, ge=1)
    cypher_s: float = Field(default=10.0, gt=0)
    request_s: float = Field(default=30.0, gt=0)
    per_minute: int = Field(default=0, ge=0)
    wrong_keys: int = Field(default=30, ge=0)
    concurrent: int = Field(default=32, ge=1)
    searches: int = Field(default=0, ge=0)
    connections: int = Field(default=1_000, ge=1)
    waiting: int = Field(default=10_000, ge=1)
    waiting_chars: int = Field(default=1_000_000_000, ge=1)
    wait_s: float = Field(default=30.0, ge=0)
    streams: int = Field(default=200, ge=1)


class Settings(Frozen):
    """Settings of `graphmem serve` and `graphmem mcp`.

    Attributes:
        store: as `Memory` takes it.
        llm: as `Memory` takes it; None: `answer` is not supported.
        keys: file of the API keys; None is beside the store.
        audit: file of the audit log; None is beside the store.
        jwt_issuer: whose tokens are taken besides keys; None takes none.
        jwt_audience: for whom these must be.
        jwks_url: where the issuer's keys are; None asks the issuer.
        proxies: addresses and networks of proxies, whose X-Forwarded-For is believed: then a
            client has his own address, and not theirs; none unless given.
        origins: of web pages that may call from a browser; none unless given.
        spaces_held: spaces whose views are held in memory at once.
        served: as `Memory` takes it.
        ledger: file of jobs and of writes that wait; None is beside the store.
        appliers: threads of a process that apply writes, each to one space at a time.
        idempotency_s: seconds that an Idempotency-Key and the receipt of a write are kept.
        shutdown_s: seconds that work which was begun may take to end when the server is stopped.
        json_logs: one JSON object a line on stderr, instead of plain lines.
    """

    store: str = "graphmem.db"
    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    embedder: str | None = None
    extractor: str | None = None
    llm: str | None = None
    served: bool = False
    ledger: str | None = None
    appliers: int = Field(default=2, ge=1, le=16)
    idempotency_s: float = Field(default=86_400.0, ge=60)
    keys: str | None = None
    audit: str | None = None
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    jwks_url: str | None = None
    proxies: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    spaces_held: int = Field(default=64, ge=1)
    json_logs: bool = False
    shutdown_s: float = Field(default=20.0, ge=0)
    limits: Limits = Limits()

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_origin, given))

    @field_validator("proxies")
    @classmethod
    def _are_networks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ip_network(one, strict=False)) for one in given)


def _origin(given: str) -> str:
    """Return an origin as a browser says it.

    Raises:
        ValueError: It is none.
    """
    parts = urlsplit(given)
    if given != "*" and (
        not parts.netloc or parts.path.strip("/") or parts.query or parts.fragment
    ):
        raise ValueError("an origin is like https://app.example or http://localhost:3000")
    return given.rstrip("/").lower()
