"""What a body may look like, for each operation that takes one: shown in OpenAPI, and tested."""

from __future__ import annotations

from typing import Any

__all__ = ["EXAMPLES"]

EXAMPLES: dict[str, dict[str, Any]] = {
    "add_memories": {
        "a text": {
            "text": "Caroline lives in Lisbon.",
            "source": "note-1",
            "at": "2023-05-01",
        },
        "a conversation": {
            "messages": [
                {"speaker": "Caroline", "text": "I moved to Porto.", "at": "2024-06-01"},
                {"speaker": "Melanie", "text": "How is it there?", "at": "2024-06-01"},
            ],
            "source": "chat-1",
        },
        "documents": {
            "documents": [
                {
                    "text": "Porto lies on the Douro.",
                    "uri": "https://example.org/porto",
                    "title": "Porto",
                }
            ]
        },
    },
    "add_run": {
        "one agent": {
            "task": "Book a table for two",
            "steps": [
                {"action": "search restaurants", "observation": "3 found"},
                {"action": "book the first", "observation": "booked for 19:00"},
            ],
            "outcome": "success",
        }
    },
    "add_extracted": {
        "facts of a passage": {
            "passages": [{"id": "p1", "text": "Caroline works at a museum in Lisbon."}],
            "extractions": [
                {
                    "id": "p1",
                    "entities": [{"name": "Caroline", "kind": "person"}],
                    "triples": [
                        {"subject": "Caroline", "predicate": "works at", "object": "a museum"}
                    ],
                    "statements": ["Caroline works at a museum in Lisbon."],
                }
            ],
        }
    },
    "search": {
        "plain": {"question": "Where does Caroline live?", "k": 5},
        "what held then": {
            "question": "Where does Caroline live?",
            "as_of": "2023-06-01",
            "kinds": ["proposition"],
            "mode": "latest",
        },
    },
    "context": {"plain": {"question": "Where does Caroline live?", "budget": 800}},
    "answer": {"plain": {"question": "Where does Caroline live?", "budget": 800}},
    "recall": {
        "whom and when": {"entity": "Caroline", "time": "May 2023"},
        "between two moments": {
            "place": "Lisbon",
            "time": ["2023-05-01", None],
            "mode": "chronological",
        },
    },
    "feedback": {
        "what helped": {
            "recall_id": "09ebbbafec8d20d7ef7374803529ab46",
            "used": ["68f57ef11764bbe28c7033feb10dbbb2"],
            "outcome": "success",
        }
    },
    "cypher": {
        "entities": {
            "statement": "MATCH (e:Entity {space: $space}) WHERE e.kind = $kind RETURN e.name",
            "parameters": {"kind": "person"},
            "limit": 20,
        }
    },
    "query": {"believed_now": {"parameters": {"entity": "Caroline"}}},
    "retire": {"since a day": {"at": "2024-06-01"}},
    "merge": {"by name": {"into": "Caroline Smith"}},
    "unmerge": {"by name": {"into": "Caroline Smith"}},
}
