"""What facts and lessons are about: concepts that are there, and new ones that several share.

Without an LLM. What something is about is told by its nouns ("her pottery class" is about pottery
classes), by its neighbours (a fact about Earl Grey is about tea, since Earl Grey is a tea), by the
names of concepts that stand in its words, and, where an embedder is given and nothing else tells,
by the nearest concept that somebody loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from graphmem.core.changes import Changes
from graphmem.core.topics import head_of, phrases_in, plural, singular, topic_of
from graphmem.ports import Float32, GraphReader
from graphmem.writing.broader import DERIVED, circle, concept_edge, concept_uid
from graphmem_schemas import (
    Concept,
    Edge,
    Entity,
    Hyperedge,
    Insight,
    Node,
    Prescription,
    Proposition,
)

__all__ = ["assign"]

# A concept groups: what only one speaks of is none.
_MIN_USERS = 2
_MAX_NEIGHBOURS = 200
_NOT_TOPICS = frozenset(("time", "quantity"))
_HIDDEN = frozenset(("retired", "quarantined"))
# With the shipped encoder, of 18 short facts against ten topics that share no word with them: at
# .31 five of 13 are found and none is wrong; from .30 down wrong ones come in.
_NEAR = 0.31
_MIN_CHARS_OF_LESSON = 4

Embed = Callable[[Sequence[str]], Float32]
"""From n texts to (n, d) rows of unit length."""


def assign(
    uids: Sequence[str],
    reader: GraphReader,
    space: str,
    now: datetime,
    embed: Embed | None = None,
) -> Changes:
    """Say what nodes are about, and make the concepts that several of them share.

    A plan: it may run again; the same nodes again change nothing. Facts that share a noun with an
    earlier one find it through the entity that the noun names. Lessons find each other, and facts
    a common head ("green tea", "black tea"), among the nodes of one call and among the concepts
    that are there.

    Args:
        uids: of facts, lessons, insights and hyperedges; others are passed over.
        reader: the store as it is now.
        space: the space.
        now: system time of concepts that are new.
        embed: where given, what no word tells goes to the nearest loaded concept.
    """
    work = _Work(reader, space, now)
    work.read(uids)
    work.find_concepts()
    work.make_concepts()
    if embed is not None:
        work.place_by_meaning(embed)
    return work.changes()


class _Work:
    """One call of `assign`: what is read, what is told by it."""

    def __init__(self, reader: GraphReader, space: str, now: datetime) -> None:
        self._reader, self._space, self._now = reader, space, now
        self.nodes: dict[str, Node] = {}
        self.entities: dict[str, Entity] = {}
        # Of each node: what it may be about, the nearest first, and what stands in its words.
        self.topics: dict[str, tuple[str, ...]] = {}
        self.words: dict[str, tuple[str, ...]] = {}
        self.concepts: dict[str, str] = {}
        self.given: set[str] = set()
        self.made: dict[str, Concept] = {}
        self.broader: set[tuple[str, str]] = set()
        self.about: dict[str, dict[str, None]] = {}

    def read(self, uids: Sequence[str]) -> None:
        """Read the nodes, who is in them, and facts about what they say is one of a kind."""
        self._take(uids)
        facts = [node for node in self.nodes.values() if isinstance(node, Proposition)]
        kinds = [fact.subject for fact in facts if _is_kind(fact)]
        if kinds:
            near = self._reader.neighbours(self._space, sorted(set(kinds)), ["SUBJECT", "OBJECT"])
            self._take(_bounded(near))
        ends = {uid for node in self.nodes.values() for uid in _ends(node)}
        found = self._reader.get(self._space, sorted(ends)) if ends else []
        self.entities = {node.uid: node for node in found if isinstance(node, Entity)}
        types = self._types()
        for uid, node in self.nodes.items():
            self.topics[uid] = tuple(dict.fromkeys(self._topics_of(node, types)))
            self.words[uid] = phrases_in(_text(node))

    def _take(self, uids: Iterable[str]) -> None:
        wanted = [uid for uid in dict.fromkeys(uids) if uid not in self.nodes]
        for node in self._reader.get(self._space, wanted) if wanted else ():
            if node is not None and _groups(node):
                self.nodes[node.uid] = node

    def _types(self) -> dict[str, str]:
        """Return the topic that named things are one of, where a fact says so."""
        keys = [f"{entity.uid} be" for entity in self.entities.values() if not _topic(entity)]
        found = self._reader.find(self._space, Proposition.label, keys) if keys else {}
        facts = self._reader.get(self._space, [uid for uids in found.values() for uid in uids])
        types: dict[str, str] = {}
        missing = {f.object for f in facts if isinstance(f, Proposition) and f.object}
        missing -= self.entities.keys()
        more = self._reader.get(self._space, sorted(missing)) if missing else []
        entities = self.entities | {n.uid: n for n in more if isinstance(n, Entity)}
        for fact in facts:
            if isinstance(fact, Proposition) and _is_kind(fact) and _groups(fact):
                kind = entities.get(fact.object or "")
                # Whoever meets an engineer does nothing about engineers.
                topic = _topic(kind) if kind and kind.kind != "person" else None
                topic = topic or topic_of(_kind_in(fact.value))
                if topic:
                    types.setdefault(fact.subject, topic)
        return types

    def _topics_of(self, node: Node, types: Mapping[str, str]) -> Iterable[str]:
        if isinstance(node, Proposition):
            yield from filter(None, (_topic(self.entities.get(uid)) for uid in _ends(node)))
            if node.object and node.object in types:
                yield types[node.object]
            if _is_kind(node) and node.value and (topic := topic_of(_kind_in(node.value))):
                yield topic
        elif isinstance(node, Prescription):
            yield from (p for p in phrases_in(node.when.lower()) if _may_be_lesson(p))

    def find_concepts(self) -> None:
        """Look up the concepts that the nodes' topics and words name."""
        told = (*self.topics.values(), *self.words.values())
        keys = dict.fromkeys(phrase for phrases in told for phrase in phrases)
        topics = [topic for topics in self.topics.values() for topic in topics]
        keys |= dict.fromkeys(head for topic in topics if (head := head_of(topic)))
        found = self._reader.find(self._space, Concept.label, list(keys)) if keys else {}
        # A concept's own name is meant before another's alias.
        self.concepts = {
            key: concept_uid(key) if concept_uid(key) in uids else uids[0]
            for key, uids in found.items()
        }
        nodes = self._reader.get(self._space, sorted(set(self.concepts.values())))
        self.given = {node.uid for node in nodes if isinstance(node, Concept) and node.given}

    def make_concepts(self) -> None:
        """Make concepts of the topics that several share, and hang everything on them."""
        users = self._users()
        for topic in sorted(users):
            if topic not in self.concepts and len(users[topic]) >= _MIN_USERS:
                self._make(topic)
        self._make_heads(users)
        for uid, topics in self.topics.items():
            for topic in topics:
                concept = self.concepts.get(topic) or self.concepts.get(head_of(topic) or "")
                if concept:
                    self._tell(uid, concept)
        for uid, phrases in self.words.items():
            # Made ones are told of by nouns alone: a word may be a verb, or beside the point.
            named = {p: self.concepts[p] for p in phrases if self.concepts.get(p) in self.given}
            for phrase in _widest(tuple(named)):
                self._tell(uid, named[phrase])

    def _users(self) -> dict[str, set[str]]:
        """Return what speaks of each topic; facts of the same two ends are one."""
        users: dict[str, set[str]] = {}
        for uid, topics in self.topics.items():
            for topic in topics:
                users.setdefault(topic, set()).add(_ends_key(self.nodes[uid]))
        alone = {t for t, who in users.items() if len(who) < _MIN_USERS and t not in self.concepts}
        self._find_earlier(alone, users)
        return users

    def _find_earlier(self, topics: set[str], users: dict[str, set[str]]) -> None:
        """Find facts of before that share a noun with the only one that speaks of a topic."""
        keys = {f"={form}": topic for topic in topics for form in (topic, _plural(topic))}
        found = self._reader.find(self._space, Entity.label, list(keys)) if keys else {}
        by_uid = {uid: keys[key] for key, uids in sorted(found.items()) for uid in uids}
        by_uid |= {e.uid: t for e in self.entities.values() if (t := _topic(e)) in topics}
        if not by_uid:
            return
        edges = self._reader.neighbours(self._space, sorted(by_uid), ["SUBJECT", "OBJECT"])
        topic_of_fact: dict[str, str] = {}
        for edge in edges:
            if edge.end in by_uid:
                topic_of_fact.setdefault(edge.start, by_uid[edge.end])
        before = self.nodes.keys() & topic_of_fact.keys()
        self._take(_bounded(edges))
        for uid in sorted(self.nodes.keys() & topic_of_fact.keys() - before):
            topic = topic_of_fact[uid]
            users.setdefault(topic, set()).add(_ends_key(self.nodes[uid]))
            self.topics[uid] = (topic,)
            self.words[uid] = ()

    def _make_heads(self, users: Mapping[str, set[str]]) -> None:
        """Make the heads that several topics share, and hang what is narrower on its head."""
        narrower: dict[str, set[str]] = {}
        for topic in users:
            head = head_of(topic)
            if head:
                narrower.setdefault(head, set()).add(topic)
        asked = [f"~{head}" for head in sorted(narrower)]
        kept = self._reader.find(self._space, Concept.label, asked) if asked else {}
        for head in sorted(narrower):
            below = kept.get(f"~{head}", ())
            n_topics = len(narrower[head] | {head} & users.keys()) + len(
                set(below) - {concept_uid(topic) for topic in narrower[head]}
            )
            if head not in self.concepts and n_topics >= _MIN_USERS:
                self._make(head)
            wide = self.concepts.get(head)
            if wide:
                mine = {self.concepts[t] for t in narrower[head] if t in self.concepts}
                self.broader |= {(one, wide) for one in mine | set(below) if one != wide}

    def _make(self, topic: str) -> None:
        uid = concept_uid(topic)
        self.concepts[topic] = uid
        self.made[uid] = Concept(uid=uid, recorded_at=self._now, name=topic, key=topic)

    def _tell(self, uid: str, concept: str) -> None:
        self.about.setdefault(uid, {})[concept] = None

    def place_by_meaning(self, embed: Embed) -> None:
        """Hang what no word tells of on the nearest concept that somebody loaded."""
        untold = sorted(uid for uid in self.nodes if uid not in self.about and uid in self.words)
        found = self._reader.find(self._space, Concept.label, ["*"]) if untold else {}
        nodes = self._reader.get(self._space, found.get("*", ()))
        given = [node for node in nodes if isinstance(node, Concept)]
        if not given:
            return
        names = embed([concept.name for concept in given])
        cosines = embed([_text(self.nodes[uid]) for uid in untold]) @ names.T
        for row, uid in enumerate(untold):
            best = max(range(len(given)), key=lambda at: (float(cosines[row, at]), given[at].uid))
            if cosines[row, best] >= _NEAR:
                self._tell(uid, given[best].uid)

    def changes(self) -> Changes:
        """Return what is to be put: concepts, what is wider, and what is about them."""
        edges = [
            concept_edge("ABOUT", uid, concept, DERIVED)
            for uid, concepts in sorted(self.about.items())
            for concept in concepts
        ]
        if self.broader and circle(self.broader, self._reader, self._space):
            # Somebody loaded the opposite; what they said counts.
            self.broader = {
                pair for pair in self.broader if not circle({pair}, self._reader, self._space)
            }
        edges += [concept_edge("BROADER", *pair, DERIVED) for pair in sorted(self.broader)]
        used = {edge.end for edge in edges} | {edge.start for edge in edges}
        made = [concept for uid, concept in sorted(self.made.items()) if uid in used]
        return Changes(nodes=tuple(made), edges=tuple(edges))


def _groups(node: Node) -> bool:
    """Whether a node may be about something: what is doubted or taken back is not grouped."""
    if isinstance(node, Proposition):
        return node.status not in _HIDDEN
    return isinstance(node, Prescription | Insight | Hyperedge)


def _is_kind(node: Node) -> bool:
    """Whether a fact says what something is."""
    return isinstance(node, Proposition) and node.predicate == "be" and not node.negated


def _kind_in(value: str | None) -> str:
    """Return what a value says something is: only what has an article is a kind."""
    first, _, rest = (value or "").partition(" ")
    return rest if first in ("a", "an") else ""


def _plural(topic: str) -> str:
    *before, last = topic.split()
    return " ".join((*before, plural(last)))


def _topic(entity: Entity | None) -> str | None:
    if entity is None or entity.kind in _NOT_TOPICS:
        return None
    return topic_of(entity.name)


def _text(node: Node) -> str:
    if isinstance(node, Prescription):
        return f"{node.when}. {node.text}"
    return str(getattr(node, "text", ""))


def _ends(node: Node) -> tuple[str, ...]:
    if not isinstance(node, Proposition):
        return ()
    return (node.object, node.subject) if node.object else (node.subject,)


def _ends_key(node: Node) -> str:
    if isinstance(node, Proposition):
        return f"{node.subject} {node.object or node.value}"
    return node.uid


def _may_be_lesson(phrase: str) -> bool:
    # Of two words nothing tells whether they are a noun with its own, or by chance side by side.
    return (
        " " not in phrase
        and len(phrase) >= _MIN_CHARS_OF_LESSON
        and phrase == singular(phrase)
        and topic_of(phrase) is not None
    )


def _widest(phrases: Sequence[str]) -> list[str]:
    """Return the phrases that stand in no longer one."""
    kept: list[str] = []
    for phrase in sorted(phrases, key=lambda p: (-len(p.split()), p)):
        if not any(f" {phrase} " in f" {other} " for other in kept):
            kept.append(phrase)
    return kept


def _bounded(edges: Sequence[Edge]) -> list[str]:
    """Return what starts at edges, 200 of each end at most: a hub tells no more by being read."""
    taken: dict[str, int] = {}
    found: list[str] = []
    for edge in edges:
        taken[edge.end] = taken.get(edge.end, 0) + 1
        if taken[edge.end] <= _MAX_NEIGHBOURS:
            found.append(edge.start)
    return found
