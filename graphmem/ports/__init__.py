"""The protocols at the rim: what graphmem needs from stores, views, models and the world."""

from graphmem.ports.bulk import EdgeRowReader, PageReader
from graphmem.ports.cypher import CypherServer
from graphmem.ports.lessons import LessonIndex, Ranked
from graphmem.ports.models import (
    LLM,
    Embedder,
    Encoder,
    Encoding,
    ExtractionInput,
    Extractor,
    Float32,
    Models,
    Preloadable,
)
from graphmem.ports.serving import CandidateServer, LinkServer
from graphmem.ports.shown import ShownRecall, ShownRecalls
from graphmem.ports.stores import Capability, GraphReader, GraphStore, Plan, PlanReader
from graphmem.ports.surroundings import Clock, Progress
from graphmem.ports.views import (
    Judged,
    Judgements,
    PlacedVectors,
    ShownNodes,
    TextIndex,
    TextMatch,
    VectorIndex,
    View,
    WalkGraph,
)

__all__ = [
    "LLM",
    "CandidateServer",
    "Capability",
    "Clock",
    "CypherServer",
    "EdgeRowReader",
    "Embedder",
    "Encoder",
    "Encoding",
    "ExtractionInput",
    "Extractor",
    "Float32",
    "GraphReader",
    "GraphStore",
    "Judged",
    "Judgements",
    "LessonIndex",
    "LinkServer",
    "Models",
    "PageReader",
    "PlacedVectors",
    "Plan",
    "PlanReader",
    "Preloadable",
    "Progress",
    "Ranked",
    "ShownNodes",
    "ShownRecall",
    "ShownRecalls",
    "TextIndex",
    "TextMatch",
    "VectorIndex",
    "View",
    "WalkGraph",
]
