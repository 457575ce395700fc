"""The vocabulary of graphmem: frozen models of nodes, edges, requests and receipts."""

from importlib import import_module
from typing import TYPE_CHECKING

from graphmem_schemas.base import Frozen, Node, Timestamp, parse_node
from graphmem_schemas.edges import EDGE_KINDS, EDGE_RULES, Edge, EdgeKind, edge_of
from graphmem_schemas.events import Event, Granularity, Role
from graphmem_schemas.evidence import Passage, Source, SourceKind
from graphmem_schemas.hierarchy import Insight, InsightKind, Interaction, Outcome, Query
from graphmem_schemas.hypergraph import Hyperedge
from graphmem_schemas.knowledge import (
    Concept,
    Entity,
    EntityKind,
    Predicate,
    Prescription,
    Proposition,
    PropositionStatus,
    ValueType,
)
from graphmem_schemas.layers import LAYERS, Layer
from graphmem_schemas.receipts import (
    Answer,
    Change,
    Citation,
    ConceptSummary,
    ConsolidateReceipt,
    Context,
    DeleteReceipt,
    Hit,
    JudgedPair,
    PathStep,
    Recall,
    Receipt,
    RejectedRow,
    ScorePart,
    Seed,
    Stats,
    Trace,
)
from graphmem_schemas.requests import (
    MAX_BUDGET,
    MAX_K,
    MAX_TEXT_CHARS,
    Conversation,
    Document,
    ExtractedPassage,
    HitKind,
    Message,
    SearchMode,
    SearchRequest,
)
from graphmem_schemas.runs import GivenPrescription, Step

if TYPE_CHECKING:
    from graphmem_schemas.bodies import (
        ContextBody,
        CypherBody,
        FeedbackBody,
        MergeBody,
        QueryBody,
        RecallBody,
        RetireBody,
        SearchBody,
    )
    from graphmem_schemas.given import (
        GivenEntity,
        GivenEvent,
        GivenExtraction,
        GivenParticipant,
        GivenTriple,
        StatedPrescription,
    )
    from graphmem_schemas.graphs import (
        AnyNode,
        CypherTable,
        EvidencePage,
        EvidencePassage,
        GraphNode,
        GraphPage,
        NamedParameter,
        NamedQuery,
        NeighbourPage,
        NodeState,
        SourcePage,
        StoredNode,
    )

__all__ = [
    "EDGE_KINDS",
    "EDGE_RULES",
    "LAYERS",
    "MAX_BUDGET",
    "MAX_K",
    "MAX_TEXT_CHARS",
    "Answer",
    "AnyNode",
    "Change",
    "Citation",
    "Concept",
    "ConceptSummary",
    "ConsolidateReceipt",
    "Context",
    "ContextBody",
    "Conversation",
    "CypherBody",
    "CypherTable",
    "DeleteReceipt",
    "Document",
    "Edge",
    "EdgeKind",
    "Entity",
    "EntityKind",
    "Event",
    "EvidencePage",
    "EvidencePassage",
    "ExtractedPassage",
    "FeedbackBody",
    "Frozen",
    "GivenEntity",
    "GivenEvent",
    "GivenExtraction",
    "GivenParticipant",
    "GivenPrescription",
    "GivenTriple",
    "Granularity",
    "GraphNode",
    "GraphPage",
    "Hit",
    "HitKind",
    "Hyperedge",
    "Insight",
    "InsightKind",
    "Interaction",
    "JudgedPair",
    "Layer",
    "MergeBody",
    "Message",
    "NamedParameter",
    "NamedQuery",
    "NeighbourPage",
    "Node",
    "NodeState",
    "Outcome",
    "Passage",
    "PathStep",
    "Predicate",
    "Prescription",
    "Proposition",
    "PropositionStatus",
    "Query",
    "QueryBody",
    "Recall",
    "RecallBody",
    "Receipt",
    "RejectedRow",
    "RetireBody",
    "Role",
    "ScorePart",
    "SearchBody",
    "SearchMode",
    "SearchRequest",
    "Seed",
    "Source",
    "SourceKind",
    "SourcePage",
    "StatedPrescription",
    "Stats",
    "Step",
    "StoredNode",
    "Timestamp",
    "Trace",
    "ValueType",
    "edge_of",
    "parse_node",
]

_LATER = ("bodies", "given", "graphs")


def __getattr__(name: str) -> object:
    # Loaded when asked for: 25 models that no search needs, a twentieth of a first answer.
    if name in __all__:
        for module in _LATER:
            loaded = import_module(f"graphmem_schemas.{module}")
            if name in loaded.__all__:
                return globals().setdefault(name, getattr(loaded, name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
