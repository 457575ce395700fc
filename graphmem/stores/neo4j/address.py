"""Where a Neo4j is and how to log in: a URL, completed by the environment."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from graphmem.errors import InvalidInput

__all__ = ["SCHEMES", "Address", "driver_options", "parse_address"]

SCHEMES = tuple(f"{base}{tls}" for base in ("neo4j", "bolt") for tls in ("", "+s", "+ssc"))
_FORM = "neo4j://user:password@host:7687/database"


@dataclass(frozen=True, slots=True)
class Address:
    """What the driver needs; `str()` of it has no password.

    Attributes:
        uri: scheme, host and port, and for `neo4j://` the routing context.
        auth: user and password; None for a server that asks for none.
        database: None is the user's home database.
        ca: file of the certificates that are trusted; None for those of the system.
    """

    uri: str
    auth: tuple[str, str] | None = field(repr=False)
    database: str | None
    ca: str | None = None

    def __str__(self) -> str:
        return f"{self.uri.partition('?')[0]}/{self.database or ''}".rstrip("/")

    @property
    def scheme(self) -> str:
        """How the server is spoken to, "bolt" or "neo4j", whatever the TLS."""
        return self.uri.partition("://")[0].partition("+")[0]

    @property
    def user(self) -> str:
        """Who logs in, in words."""
        return repr(self.auth[0]) if self.auth else "nobody (no user was given)"


def parse_address(target: str, environment: Mapping[str, str] | None = None) -> Address:
    """Read a target; what it leaves out comes from NEO4J_URI, _USER, _PASSWORD and _DATABASE.

    Args:
        target: `scheme://[user[:password]@]host[:port][/database][?ca=file&…]`, or "neo4j" or
            "neo4j://" for NEO4J_URI.
        environment: os.environ where None.

    Raises:
        InvalidInput: It is no such URL, or NEO4J_URI is not set where it is needed.
    """
    env = os.environ if environment is None else environment
    if target.partition("://")[2].strip("/") == "":
        target = env.get("NEO4J_URI", "")
        if not target:
            msg = f"no Neo4j is named: set NEO4J_URI, or give {_FORM}"
            raise InvalidInput(msg)
    url, host = _split(target)
    options = dict(parse_qsl(url.query, keep_blank_values=True))
    ca = options.pop("ca", None)
    scheme = url.scheme
    if ca and scheme.endswith(("+s", "+ssc")):
        # The driver takes either such a scheme or certificates of one's own.
        scheme = scheme.partition("+")[0]
    database = options.pop("database", "") or unquote(url.path.strip("/"))
    if options and not scheme.startswith("neo4j"):
        msg = f"unknown options in the URL of {host}: {', '.join(sorted(options))}; give ca="
        raise InvalidInput(msg)
    routing = f"?{urlencode(options)}" if options else ""
    return Address(
        uri=f"{scheme}://{host}{routing}",
        auth=_auth(url, env),
        database=database or env.get("NEO4J_DATABASE") or None,
        ca=ca,
    )


def _split(target: str) -> tuple[SplitResult, str]:
    """Return the URL and its host with port; no part of a bad URL is repeated in the error."""
    try:
        url = urlsplit(target)
        port = url.port
    except ValueError:
        msg = f"the URL of the Neo4j cannot be read (a port is a number); give {_FORM}"
        raise InvalidInput(msg) from None
    if url.scheme not in SCHEMES or not url.hostname or "/" in url.path.strip("/"):
        schemes = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        msg = (
            f"the URL of the Neo4j cannot be read; give {_FORM} with one of {schemes}. "
            "Write @, : and / in a password as %40, %3A and %2F"
        )
        raise InvalidInput(msg)
    host = f"[{url.hostname}]" if ":" in url.hostname else quote(url.hostname)
    return url, f"{host}:{port or 7687}"


def _auth(url: SplitResult, env: Mapping[str, str]) -> tuple[str, str] | None:
    user = unquote(url.username or "") or env.get("NEO4J_USER") or env.get("NEO4J_USERNAME")
    password = unquote(url.password or "") or env.get("NEO4J_PASSWORD")
    if not user and not password:
        return None
    return (user or "neo4j", password or "")


def driver_options(address: Address) -> dict[str, Any]:
    """Return what the driver is told about TLS.

    Raises:
        InvalidInput: The file of certificates cannot be used.
    """
    if address.ca is None:
        return {}
    from neo4j import TrustCustomCAs

    try:
        ssl.create_default_context(cafile=address.ca)
    except OSError as error:  # ssl.SSLError is one
        why = error.strerror or str(error)
        msg = f"the certificates in ca={address.ca} cannot be read ({why}); give a PEM file"
        raise InvalidInput(msg) from error
    return {"encrypted": True, "trusted_certificates": TrustCustomCAs(address.ca)}
