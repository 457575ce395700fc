import json

import pytest

from graphmem.stores.sqlite.rows import (
    decode_attributes,
    decode_sources,
    encode_attributes,
    encode_sources,
)
from graphmem_schemas import Edge


def edge(**attributes: object) -> Edge:
    ends = {"kind": "EVIDENCED_BY", "start": "a", "end": "b", "sources": {"s": 1.0}}
    return Edge.model_validate({**ends, **attributes})


def test_all_that_an_edge_says_is_written() -> None:
    kept = {"kind", "start", "end", "sources", "role", "span"}
    assert Edge.model_fields.keys() == kept, "a new field must be written by encode_attributes"


@pytest.mark.parametrize(
    "attributes",
    [{"role": "agent"}, {"span": (0, 17)}, {"role": 'ä "q" \\ \n', "span": (3, 4)}, {"role": ""}],
)
def test_attributes_are_json_and_come_back(attributes: dict[str, object]) -> None:
    text = encode_attributes(edge(**attributes))
    assert text == json.dumps(attributes, ensure_ascii=False, separators=(",", ":"))
    assert decode_attributes(text) == attributes


def test_an_edge_that_says_no_more_has_no_attributes() -> None:
    assert encode_attributes(edge()) is None
    assert encode_attributes(edge(role=None, span=None)) is None


@pytest.mark.parametrize("weights", [{7: 1.0}, {2: 0.1, 1: 3.0}, {5: 1e-300}])
def test_sources_come_back_in_order(weights: dict[int, float]) -> None:
    assert list(decode_sources(encode_sources(weights)).items()) == list(weights.items())
