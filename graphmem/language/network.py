"""The trained network: words and encoder states in, tags and the parser's features out.

It is trained with spaCy and run by ONNX Runtime on one thread, several times as fast and with
the same bits on every run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from graphmem.errors import ModelMissing
from graphmem.language.arc_eager import N_FEATURES
from graphmem.language.runtime import Session, open_session
from graphmem.language.vocabulary import ATTRIBUTES

__all__ = ["Network", "load_network"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Arrays and session of the pipeline.

    Attributes:
        session: from hashed rows and states to tag scores and parser features.
        tables: the hashed embeddings of the five attributes, (rows, width) each.
        mean: (768,) mean of the encoder's states in training.
        factor: (768,) what a state less its mean is multiplied with.
        no_word: (N_FEATURES, hidden * 2) features of "no word".
        upper: (hidden, n_moves).
        bias: (n_moves,).
        tags: names of the tags.
        kinds: (n_moves,) kind of each move.
        move_labels: (n_moves,) index into `labels`; -1 for moves without an arc.
        labels: names of the relations, with a "||" where an arc was lifted.
    """

    session: Session
    tables: tuple[Floats, ...]
    mean: Floats
    factor: Floats
    no_word: Floats
    upper: Floats
    bias: Floats
    tags: tuple[str, ...]
    kinds: Ints
    move_labels: Ints
    labels: tuple[str, ...]

    def standardise(self, states: Floats) -> Floats:
        """Return (n, 768) states with mean 0 and deviation 0.5 in training."""
        centred = states - self.mean
        centred *= self.factor
        return centred

    def run(self, hashed: Floats, states: Floats) -> tuple[list[str], Floats]:
        """Return the tag of each word, and (n, N_FEATURES, hidden * 2) parser features.

        Args:
            hashed: (n, 5 · width) what `Vocabulary` tells of n words, n > 0.
            states: (n, 768), standardised.
        """
        feed = {"hashed": hashed, "states": states}
        scores, features = cast("list[Floats]", self.session.run(["tag_scores", "features"], feed))
        tags = [self.tags[best] for best in scores.argmax(1).tolist()]
        return tags, features.reshape(len(hashed), N_FEATURES, -1)


def load_network(folder: Path) -> Network:
    """Load `network.onnx` and `network.npz`.

    Raises:
        ModelMissing: A file is not there, or is not what it should be.
    """
    try:
        with np.load(folder / "network.npz", allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return Network(
            session=open_session(folder / "network.onnx"),
            tables=tuple(arrays[f"table_{column}"] for column in range(len(ATTRIBUTES))),
            tags=tuple(map(str, arrays["tags"])),
            labels=tuple(map(str, arrays["labels"])),
            **{
                name: arrays[name]
                for name in ("mean", "factor", "no_word", "upper", "bias", "kinds", "move_labels")
            },
        )
    except Exception as error:  # ONNX Runtime's own errors have no common base
        msg = f"the English pipeline in {folder} cannot be read ({error}); reinstall graphmem"
        raise ModelMissing(msg) from error
