"""Every error of the driver and of the server becomes one of ours."""

from __future__ import annotations

import inspect

import pytest
from neo4j import exceptions
from neo4j.exceptions import DriverError, Neo4jError

from graphmem.errors import (
    GraphMemError,
    InvalidInput,
    NotSupported,
    StoreBusy,
    StoreError,
    StoreUnavailable,
)
from graphmem.stores.neo4j.address import Address, parse_address
from graphmem.stores.neo4j.mapping import CODES, is_lost, is_transient, to_store_error
from graphmem.stores.neo4j.schema import check_version

ADDRESS = parse_address("neo4j://ann:secret@host/db", {})
CLASSES = [
    made
    for _, made in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(made, DriverError | Neo4jError)
]


def server_error(code: str) -> Neo4jError:
    return Neo4jError._hydrate_neo4j(code=code, message="It did not work.\nReally.")


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_exception_of_the_driver_is_mapped(
    kind: type[DriverError | Neo4jError],
) -> None:
    made = kind.__new__(kind, "it said this")
    Exception.__init__(made, "it said this")
    mapped = to_store_error(made, ADDRESS)
    assert isinstance(mapped, GraphMemError)
    assert "host:7687" in str(mapped)
    assert "secret" not in str(mapped)


@pytest.mark.parametrize("code", [f"{prefix}.Some.Thing" for prefix in CODES] + [*CODES])
def test_every_code_has_a_sentence(code: str) -> None:
    said = str(to_store_error(server_error(".".join((code + ".A.B").split(".")[:4])), ADDRESS))
    assert "It did not work." in said
    assert "Really" not in said
    assert "{" not in said


@pytest.mark.parametrize(
    ("code", "expected", "again"),
    [
        ("Neo.ClientError.Security.Unauthorized", "StoreDenied", False),
        ("Neo.ClientError.Security.CredentialsExpired", "StoreDenied", False),
        ("Neo.ClientError.Security.AuthenticationRateLimit", "StoreDenied", False),
        ("Neo.ClientError.Security.Forbidden", "StoreDenied", False),
        ("Neo.ClientError.Database.DatabaseNotFound", "StoreUnavailable", False),
        ("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", "StoreReadOnly", False),
        ("Neo.ClientError.Statement.AccessMode", "StoreReadOnly", False),
        ("Neo.ClientError.Statement.SyntaxError", "StoreError", False),
        ("Neo.ClientError.Statement.EntityNotFound", "StoreError", True),
        ("Neo.ClientError.Transaction.TransactionTimedOut", "StoreBusy", False),
        ("Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration", "StoreBusy", False),
        ("Neo.ClientError.Schema.ConstraintValidationFailed", "StoreCorrupt", False),
        ("Neo.ClientError.Schema.ConstraintCreationFailed", "NotAStore", False),
        ("Neo.TransientError.Transaction.DeadlockDetected", "StoreBusy", True),
        ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", "StoreBusy", True),
        ("Neo.TransientError.General.DatabaseUnavailable", "StoreUnavailable", True),
        ("Neo.ClientError.Cluster.NotALeader", "StoreReadOnly", True),
        ("Neo.DatabaseError.Statement.ExecutionFailed", "StoreError", False),
        ("Neo.DatabaseError.General.StorageDamageDetected", "StoreCorrupt", False),
    ],
)
def test_codes_are_told_apart(code: str, expected: str, again: bool) -> None:
    error = server_error(code)
    assert type(to_store_error(error, ADDRESS)).__name__ == expected
    assert is_transient(error) is again
    assert not is_lost(error)


@pytest.mark.parametrize("kind", ["ServiceUnavailable", "SessionExpired", "IncompleteCommit"])
def test_a_lost_connection_is_transient(kind: str) -> None:
    error = getattr(exceptions, kind)("gone")
    assert is_transient(error)
    assert is_lost(error)
    assert isinstance(to_store_error(error, ADDRESS), StoreUnavailable)


@pytest.mark.parametrize("kind", ["SessionError", "TransactionError", "ResultConsumedError"])
def test_a_fault_of_the_driver_is_no_lost_connection(kind: str) -> None:
    made = getattr(exceptions, kind)
    error = made.__new__(made, "it said this")
    Exception.__init__(error, "it said this")
    mapped = to_store_error(error, ADDRESS)
    assert type(mapped) is StoreError
    assert kind in str(mapped)
    assert "it said this" in str(mapped)


def test_a_value_that_python_cannot_hold_is_the_statements_fault() -> None:
    error = exceptions.BrokenRecordError("Record contains broken data at 0 ('d')")
    mapped = to_store_error(error, ADDRESS)
    assert isinstance(mapped, InvalidInput)
    assert "broken data at 0 ('d')" in str(mapped)


def test_a_full_pool_is_busy() -> None:
    error = exceptions.ConnectionAcquisitionTimeoutError("slow")
    assert isinstance(to_store_error(error, ADDRESS), StoreBusy)


@pytest.mark.parametrize(
    ("agent", "fine"),
    [
        ("Neo4j/5.26.30", True), ("Neo4j/5.26.0-aura", True), ("Neo4j/2026.08.1", True),
        ("Neo4j/6.0", True), ("Neo4j/5.25.1", False), ("Neo4j/4.4.40", False),
        ("Neo4j/3.5", False), ("Memgraph", True),
    ],
)  # fmt: skip
def test_servers_older_than_5_26_are_refused(agent: str, fine: bool) -> None:
    address = Address("bolt://h:1", None, None)
    if fine:
        check_version(agent, address)
    else:
        with pytest.raises(NotSupported, match=r"5\.26 or later; upgrade"):
            check_version(agent, address)
