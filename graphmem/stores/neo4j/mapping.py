"""The one seam at which errors of Neo4j and its driver become errors of graphmem."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from neo4j.exceptions import (
    BrokenRecordError,
    ConfigurationError,
    ConnectionAcquisitionTimeoutError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    UnsupportedServerProduct,
)

from graphmem.errors import (
    GraphMemError,
    InvalidInput,
    NotAStore,
    StoreBusy,
    StoreCorrupt,
    StoreDenied,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)
from graphmem.stores.neo4j.address import Address

__all__ = ["CODES", "is_lost", "is_transient", "to_store_error"]

_SAID_MAX = 200
_READ_ONLY = "the database {at} cannot be written ({what}); nothing was changed"
_LOGIN = (
    "Neo4j at {at} refuses the login of {user} ({what}); "
    "give user and password in the URL, or set NEO4J_USER and NEO4J_PASSWORD"
)
_BUSY = "Neo4j at {at} did not come to it in time ({what}); nothing was changed, try again"
_BUG = "Neo4j at {at} refused a statement ({what}); please report this as a defect"

# By the longest prefix of the server's code.
CODES: dict[str, tuple[type[GraphMemError], str]] = {
    "Neo.ClientError": (StoreError, _BUG),
    "Neo.ClientError.Security": (StoreDenied, _LOGIN),
    "Neo.ClientError.Security.CredentialsExpired": (
        StoreDenied,
        "the password of {user} on Neo4j at {at} has to be changed before it is of use ({what}); "
        "ALTER CURRENT USER SET PASSWORD on the database `system` does that",
    ),
    "Neo.ClientError.Security.Forbidden": (
        StoreDenied,
        "{user} lacks a right on Neo4j at {at} ({what}); graphmem reads and writes nodes and, "
        "when it first opens a database, makes constraints and indexes",
    ),
    "Neo.ClientError.Security.AuthenticationRateLimit": (
        StoreDenied,
        "Neo4j at {at} refuses every login of {user} for a while, after too many wrong "
        "passwords ({what}); correct the password and wait",
    ),
    "Neo.ClientError.Database.DatabaseNotFound": (
        StoreUnavailable,
        "there is no such database at {at} ({what}); create it, or name another in the URL "
        "or in NEO4J_DATABASE",
    ),
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase": (StoreReadOnly, _READ_ONLY),
    "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase": (StoreReadOnly, _READ_ONLY),
    "Neo.ClientError.Statement.AccessMode": (StoreReadOnly, _READ_ONLY),
    "Neo.ClientError.Cluster.NotALeader": (
        StoreReadOnly,
        "{at} is not the leader of its cluster ({what}); use neo4j:// instead of bolt://",
    ),
    "Neo.ClientError.Transaction.TransactionTimedOut": (StoreBusy, _BUSY),
    "Neo.ClientError.Schema.ConstraintValidationFailed": (
        StoreCorrupt,
        "Neo4j at {at} holds a node twice ({what}); `graphmem doctor` says more",
    ),
    "Neo.ClientError.Schema.ConstraintCreationFailed": (
        NotAStore,
        "the database {at} holds nodes of another program that graphmem's constraints do not "
        "allow ({what}); give a database of its own",
    ),
    "Neo.TransientError": (StoreBusy, _BUSY),
    "Neo.TransientError.General.MemoryPoolOutOfMemoryError": (
        StoreBusy,
        "Neo4j at {at} had no memory left for it ({what}); nothing was changed: write less at "
        "once, or give it more (server.memory.heap.max_size)",
    ),
    "Neo.TransientError.General.DatabaseUnavailable": (
        StoreUnavailable,
        "the database {at} is not available now ({what}); try again",
    ),
    "Neo.DatabaseError": (
        StoreError,
        "Neo4j at {at} failed ({what}); its log says more, see logs/debug.log on the server",
    ),
    "Neo.DatabaseError.General.StorageDamageDetected": (
        StoreCorrupt,
        "the database {at} is damaged ({what}); restore it from a backup",
    ),
}

_MOVED = "Neo.ClientError.Cluster.NotALeader"
# A reader met a row that another transaction was just removing.
_VANISHED = "Neo.ClientError.Statement.EntityNotFound"


def is_lost(error: Exception) -> bool:
    """Whether the server could not be reached, so that what it did last is not known."""
    return isinstance(error, ServiceUnavailable | SessionExpired)


def is_transient(error: Exception) -> bool:
    """Whether the same may succeed in a moment, with nothing changed by anyone."""
    if is_lost(error):
        return True
    code = _code(error)
    return code.startswith("Neo.TransientError.") or code in (_MOVED, _VANISHED)


def to_store_error(error: DriverError | Neo4jError, address: Address) -> GraphMemError:
    """Say in graphmem's words what the server or its driver said. No password is repeated."""
    what = _said(error)
    if isinstance(error, UnsupportedServerProduct):
        return NotAStore(f"what answers at {address} is not a Neo4j that is known here ({what})")
    if isinstance(error, ConfigurationError):
        return InvalidInput(f"the driver cannot use the settings of {address}: {what}")
    if isinstance(error, ConnectionAcquisitionTimeoutError):
        return StoreBusy(f"all connections to {address} were in use for too long; try again")
    if fault := next(_untrusted(error), None):
        return StoreUnavailable(
            f"the certificate of {address} is not trusted ({fault}); name the file of its "
            f"issuer with ?ca=, or accept any certificate with {address.scheme}+ssc://"
        )
    if not isinstance(error, Neo4jError):
        return _of_driver(error, what, address)
    if "No space left" in what or "disk full" in what.lower():
        return StoreFull(f"no room left on the disk of Neo4j at {address}; free some")
    kind, words = CODES["Neo.ClientError"]
    for prefix in sorted(CODES, key=len):
        if _code(error).startswith(prefix):
            kind, words = CODES[prefix]
    return kind(words.format(at=address, what=what, user=address.user))


def _of_driver(error: DriverError, what: str, address: Address) -> GraphMemError:
    """Map what the driver itself said."""
    if is_lost(error):
        return StoreUnavailable(
            f"no Neo4j answers at {address} ({what}); start it, or check host, port and TLS"
        )
    if isinstance(error, BrokenRecordError):
        return InvalidInput(
            f"a value that {address} returned does not fit into Python, such as a date after the "
            f"year 9999 ({error}); have it returned as a text: toString(…)"
        )
    return StoreError(
        f"the driver of {address} failed ({type(error).__name__}: {error}); please report this "
        "as a defect"
    )


def _untrusted(error: BaseException | None) -> Iterator[str]:
    """Yield what TLS found wrong with a certificate; the driver says no more than "no route"."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            yield error.verify_message
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from _untrusted(one)
        error = error.__cause__ or error.__context__


def _code(error: Exception) -> str:
    return str(getattr(error, "code", None) or "")


def _said(error: Exception) -> str:
    """Return the first line of what was said, cut, with the server's code before it."""
    text = (getattr(error, "message", None) or str(error)).strip()
    line = (text.splitlines() or [type(error).__name__])[0][:_SAID_MAX]
    code = _code(error)
    return f"{code}: {line}" if code else line
