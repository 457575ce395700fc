"""The spaCy architecture that is trained: the encoder's token states beside hashed word shapes.

The hidden states of a small encoder tell a parser far more than static vectors or clusters
do (measured in docs/language.md), and they come free with the passage's embedding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import spacy
from spacy.attrs import NORM, PREFIX, SHAPE, SPACY, SUFFIX
from spacy.tokens import Doc
from thinc.api import (
    HashEmbed,
    Linear,
    Maxout,
    Model,
    chain,
    clone,
    concatenate,
    expand_window,
    list2ragged,
    ragged2list,
    residual,
    with_array,
)

from graphmem.language.vocabulary import HASH_SEED

__all__ = ["STATES_KEY", "build_state_tok2vec", "set_state_norm"]

STATES_KEY = "graphmem.states"
_ATTRIBUTES = [NORM, PREFIX, SUFFIX, SHAPE, SPACY]
_STATE_SCALE = 0.5

Keys = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]
Layer = Model[Any, Any]


@spacy.registry.architectures("graphmem.StateTok2Vec.v1")
def build_state_tok2vec(
    width: int, depth: int, rows: list[int], hash_width: int, n_states: int, state_width: int
) -> Layer:
    """Build the tok2vec: hashed attributes and projected states, mixed, then a small CNN.

    Args:
        width: of the output rows.
        depth: how many residual blocks, each of which sees one token to either side.
        rows: table sizes for NORM, PREFIX, SUFFIX, SHAPE and SPACY.
        hash_width: of one hashed attribute's row.
        n_states: numbers a word has in `doc.user_data[STATES_KEY]`.
        state_width: to which the states are projected.
    """
    embeds = [
        HashEmbed(hash_width, n_rows, column=i, seed=HASH_SEED + i, dropout=0.0)
        for i, n_rows in enumerate(rows)
    ]
    hashed = chain(_attribute_layer(), list2ragged(), with_array(concatenate(*embeds)))
    states = chain(
        _state_layer(n_states), list2ragged(), with_array(Linear(nO=state_width, nI=n_states))
    )
    n_in = len(embeds) * hash_width + state_width
    mixed = chain(
        concatenate(hashed, states),
        with_array(Maxout(nO=width, nI=n_in, nP=3, dropout=0.0, normalize=True)),
        ragged2list(),
    )
    block = chain(
        expand_window(window_size=1),
        Maxout(nO=width, nI=width * 3, nP=3, dropout=0.0, normalize=True),
    )
    model: Layer = chain(mixed, with_array(clone(residual(block), depth), pad=depth))
    model.set_dim("nO", width)
    return model


def set_state_norm(model: Layer, mean: Floats, deviation: Floats) -> None:
    """Give the model the mean and standard deviation, (n_states,) each, of the states."""
    for node in model.walk():
        if node.name == "states":
            node.set_param("mean", mean.astype(np.float32))
            node.set_param("factor", (_STATE_SCALE / deviation).astype(np.float32))


def _attribute_layer() -> Layer:
    return Model("attributes", _attributes_forward)


def _attributes_forward(
    model: Layer, docs: list[Doc], is_train: bool
) -> tuple[list[Keys], Callable[[Any], list[Doc]]]:
    keys = [np.asarray(doc.to_array(_ATTRIBUTES), np.uint64).reshape(-1, 5) for doc in docs]
    return keys, lambda _: []


def _state_layer(n_states: int) -> Layer:
    zeros = np.zeros(n_states, np.float32)
    return Model("states", _states_forward, params={"mean": zeros, "factor": zeros + 1})


def _states_forward(
    model: Layer, docs: list[Doc], is_train: bool
) -> tuple[list[Floats], Callable[[Any], list[Doc]]]:
    mean, factor = model.get_param("mean"), model.get_param("factor")
    rows = [(doc.user_data[STATES_KEY].astype(np.float32) - mean) * factor for doc in docs]
    return rows, lambda _: []
