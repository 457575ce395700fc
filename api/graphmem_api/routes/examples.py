"""What a body may look like, for each operation that takes one: shown in OpenAPI, and tested."""

from __future__ import annotations

from typing import Any

__all__ = ["EXAMPLES"]

EXAMPLES: dict[str, dict[str, Any]] = {
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
