"""Every error that graphmem raises.

GraphMemError
├── InvalidInput (ValueError)       the caller's argument cannot be used; nothing changed
│   └── DimensionMismatch           vectors of another embedder
├── NotFound (LookupError)          no such node, source or file
├── StoreError
│   ├── StoreUnavailable *          cannot be opened or reached just now
│   ├── StoreBusy *                 other writers held it for too long
│   ├── StoreFull *                 no room on the disk
│   ├── StoreReadOnly               the file, its folder or the database cannot be written
│   ├── StoreDenied                 the server refuses the login, or its user lacks a right
│   ├── StoreCorrupt                the file is damaged; `graphmem doctor` says how
│   ├── NotAStore                   the path is a folder or another program's file
│   ├── SchemaTooNew                written by a newer graphmem
│   └── StatementTimedOut           a Cypher statement took longer than it may
├── ModelError
│   ├── ModelMissing                the encoder or pipeline files are not there
│   ├── EmbeddingFailed *           an embedder did not answer
│   ├── CompletionFailed *          an LLM did not answer, or not in the form that was asked
│   │   └── EndpointDown *          its server failed again and again, so it is left alone a while
│   └── BudgetSpent                 another call could cost more than may be spent
├── EngineLost *                    the workers of a job cannot be reached
├── NotSupported                    this store or build cannot do that
└── MissingExtra (ImportError)      an optional dependency is not installed

* may succeed when tried again (`retryable`).
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "BudgetSpent",
    "CompletionFailed",
    "DimensionMismatch",
    "EmbeddingFailed",
    "EndpointDown",
    "EngineLost",
    "GraphMemError",
    "InvalidInput",
    "MissingExtra",
    "ModelError",
    "ModelMissing",
    "NotAStore",
    "NotFound",
    "NotSupported",
    "SchemaTooNew",
    "StatementTimedOut",
    "StoreBusy",
    "StoreCorrupt",
    "StoreDenied",
    "StoreError",
    "StoreFull",
    "StoreReadOnly",
    "StoreUnavailable",
]


class GraphMemError(Exception):
    """Base of all errors of graphmem; its text says what happened and what to do.

    Attributes:
        of_server: whether the text is for who runs a server: it may name files and addresses.
    """

    code: ClassVar[str] = "graphmem"
    retryable: ClassVar[bool] = False
    of_server: ClassVar[bool] = False

    @property
    def public(self) -> str:
        """What a caller of a server may know of it."""
        if not self.of_server:
            return str(self)
        said = (type(self).__doc__ or "").partition("\n")[0]
        return f"{said} The server's log says more."


class InvalidInput(GraphMemError, ValueError):
    """An argument cannot be used; the memory is unchanged."""

    code = "invalid_input"


class DimensionMismatch(InvalidInput):
    """The store's vectors were made by another embedder."""

    code = "dimension_mismatch"


class NotFound(GraphMemError, LookupError):
    """There is no such node, source or file."""

    code = "not_found"


class StoreError(GraphMemError):
    """The store could not do what was asked."""

    code = "store"
    of_server = True


class StoreUnavailable(StoreError):
    """The store cannot be opened or reached just now."""

    code = "store_unavailable"
    retryable = True


class StoreBusy(StoreError):
    """Other writers held the store for longer than the time limit."""

    code = "store_busy"
    retryable = True


class StoreFull(StoreError):
    """There is no room left on the disk."""

    code = "store_full"
    retryable = True


class StoreReadOnly(StoreError):
    """The store cannot be written."""

    code = "store_read_only"


class StoreDenied(StoreError):
    """The server refuses the login, or its user lacks a right."""

    code = "store_denied"


class StoreCorrupt(StoreError):
    """The store is damaged."""

    code = "store_corrupt"


class NotAStore(StoreError):
    """The path holds something that is not a graphmem store."""

    code = "not_a_store"


class SchemaTooNew(StoreError):
    """The store was written by a newer graphmem."""

    code = "schema_too_new"


class StatementTimedOut(StoreError):
    """A Cypher statement took longer than it may."""

    code = "statement_timed_out"
    of_server = False


class ModelError(GraphMemError):
    """A model could not do its part."""

    code = "model"
    of_server = True


class ModelMissing(ModelError):
    """The files of a model are not where they should be."""

    code = "model_missing"


class EmbeddingFailed(ModelError):
    """An embedder did not return vectors."""

    code = "embedding_failed"
    retryable = True


class CompletionFailed(ModelError):
    """An LLM did not answer, or not in the form that was asked."""

    code = "completion_failed"
    retryable = True


class EndpointDown(CompletionFailed):
    """The server of an LLM failed again and again, and is left alone for a while.

    Attributes:
        retry_after_s: for how long from now.
    """

    code = "endpoint_down"

    def __init__(self, message: str, *, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class BudgetSpent(ModelError):
    """Another call could cost more than may be spent; nothing was asked."""

    code = "budget_spent"


class EngineLost(GraphMemError):
    """The workers of a job cannot be reached; what they had is still to be done."""

    code = "engine_lost"
    retryable = True
    of_server = True


class NotSupported(GraphMemError):
    """This store or this build cannot do that."""

    code = "not_supported"


class MissingExtra(GraphMemError, ImportError):
    """An optional dependency is not installed."""

    code = "missing_extra"

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(f"{needed_for} needs an extra: pip install 'graphmem[{extra}]'")
        self.extra = extra
        self._needed_for = needed_for

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str]]:
        # It goes from a worker process to the one that waits for it.
        return MissingExtra, (self.extra, self._needed_for)
