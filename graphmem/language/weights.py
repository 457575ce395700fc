"""The linear models beside the parser, loaded once from arrays without any pickle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from graphmem.errors import ModelMissing

__all__ = ["Weights", "load_weights"]

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Coefficients on the (768,) standardised state of a word, and of hashed features.

    Attributes:
        kinds: names of the kinds of mentions.
        kind_coefficients: (n_kinds, 768).
        kind_biases: (n_kinds,).
        unit_table: (2**k,) coefficients of the hashed features of a unit's start.
        unit_states: (2, 768) coefficients of the states of a word and of the one before.
        unit_scalars: (6,) bias, offset and slope of the state score, and steps above it.
        gender_coefficients: (769,) the last one is the bias; above 0 is female.
        pronoun_coefficients: (3, n_features + 1) for he and she, it, they; the last is the bias.
    """

    kinds: tuple[str, ...]
    kind_coefficients: Floats
    kind_biases: Floats
    unit_table: Floats
    unit_states: Floats
    unit_scalars: Floats
    gender_coefficients: Floats
    pronoun_coefficients: Floats


def load_weights(path: Path) -> Weights:
    """Read the weights from an .npz file.

    Raises:
        ModelMissing: The file is not there, or is not what it should be.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            columns = {name: arrays[name] for name in arrays.files}
        kinds = tuple(str(kind) for kind in columns.pop("kinds"))
        floats = {name: values.astype(np.float32) for name, values in columns.items()}
        return Weights(kinds=kinds, **floats)
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"the language weights in {path} cannot be read ({error}); reinstall graphmem"
        raise ModelMissing(msg) from error
