"""Whether two spaces hold the same: counts, and a checksum that no order changes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from graphmem.interop.whole import edges_of, nodes_of, vectors_of
from graphmem.ports import GraphStore
from graphmem_schemas import Edge

__all__ = ["Holdings", "holdings", "missing_from"]

_MODULUS = 1 << 128


@dataclass(slots=True)
class Holdings:
    """What a space holds.

    Attributes:
        counts: how many there are of each label, of each kind, and of vectors.
        checksum: the sum of the hashes of all of them, modulo 2**128: the same for the same
            content, whatever the order. It finds accidents; it is no defence against forgers.
    """

    counts: Counter[str] = field(default_factory=Counter)
    checksum: int = 0

    def differences(self, other: Holdings) -> list[str]:
        """Say what this has more or less of than the other; nothing where both are the same."""
        names = sorted(self.counts.keys() | other.counts.keys())
        found = [
            f"{name}: {self.counts[name]:,} against {other.counts[name]:,}"
            for name in names
            if self.counts[name] != other.counts[name]
        ]
        if not found and self.checksum != other.checksum:
            found.append(f"checksum: {self.checksum:032x} against {other.checksum:032x}")
        return found


def holdings(store: GraphStore, space: str) -> Holdings:
    """Count and hash all that the space holds; a batch of the feed is held at a time."""
    found = Holdings()
    for name, raw in _items(store, space):
        found.counts[name] += 1
        found.checksum = (found.checksum + _hash(raw)) % _MODULUS
    return found


def missing_from(
    target: GraphStore, target_space: str, source: GraphStore, space: str
) -> Counter[str]:
    """Count what the source's space holds and the target's does not hold in the same state.

    Complexity: about 100 bytes of memory for each item that the target's space holds.
    """
    held = {_hash(raw) for _, raw in _items(target, target_space, by_source=True)}
    return Counter(
        name for name, raw in _items(source, space, by_source=True) if _hash(raw) not in held
    )


def _items(
    store: GraphStore, space: str, *, by_source: bool = False
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of all things of a space.

    Args:
        store: where from.
        space: the space.
        by_source: whether each contribution to an edge is a thing of its own.
    """
    for node in nodes_of(store, space):
        yield node.label, f"{node.label} {node.model_dump_json()}".encode()
    for edge in edges_of(store, space):
        contributions = sorted(edge.sources.items())
        for part in [[one] for one in contributions] if by_source else [contributions]:
            yield edge.kind, _told(edge, part)
    for vector in vectors_of(store, space):
        yield "vectors", vector.uid.encode() + b"\0" + vector.values.astype("<f4").tobytes()


def _told(edge: Edge, sources: list[tuple[str, float]]) -> bytes:
    return json.dumps([edge.kind, edge.start, edge.end, edge.role, edge.span, sources]).encode()


def _hash(raw: bytes) -> int:
    return int.from_bytes(blake2b(raw, digest_size=16).digest(), "little")
