"""Load the trained English pipeline and parse one text with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import spacy
from spacy.attrs import DEP, HEAD, LOWER, SENT_START, TAG
from spacy.tokens import Doc

from graphmem.errors import ModelMissing
from graphmem.language.alignment import align_states
from graphmem.language.parse import Parse, make_parse
from graphmem.language.tok2vec import STATES_KEY, state_norm
from graphmem.language.tokens import Tokens, tokenize
from graphmem.ports import Encoding

__all__ = ["MODEL_FOLDER", "Pipeline", "read_doc"]

MODEL_FOLDER = Path(__file__).parent / "model"


class Pipeline:
    """Tagger and parser of `graphmem.language.model`; one text a call, so always the same bits.

    Raises:
        ModelMissing: The model's folder is not there or cannot be read.
    """

    def __init__(self, folder: Path = MODEL_FOLDER) -> None:
        try:
            self.nlp = spacy.load(folder / "parser")
        except (OSError, ValueError) as error:
            msg = f"the English pipeline in {folder} cannot be read ({error}); reinstall graphmem"
            raise ModelMissing(msg) from error
        self.mean, self.factor = state_norm(self.nlp.get_pipe("tok2vec").model)

    def parse(self, text: str, encoding: Encoding) -> Parse:
        """Parse a text with the states that the encoder had for it."""
        tokens = tokenize(self.nlp, text)
        states = align_states(encoding, tokens.offsets, self.mean)
        tokens.doc.user_data[STATES_KEY] = states
        for _, pipe in self.nlp.pipeline:
            pipe(tokens.doc)
        return read_doc(text, tokens, (states - self.mean) * self.factor)


def read_doc(text: str, tokens: Tokens, states: npt.NDArray[np.float32]) -> Parse:
    """Pull the columns of a parsed doc into a `Parse`."""
    doc: Doc = tokens.doc
    strings = doc.vocab.strings
    columns = np.asarray(doc.to_array([TAG, DEP, HEAD, SENT_START, LOWER])).reshape(-1, 5)
    names = {key: strings[key] for key in set(columns[:, :2].ravel().tolist())}
    heads = columns[:, 2].astype(np.int64) + np.arange(len(doc))
    starts = np.flatnonzero(columns[:, 3] == 1).tolist()
    if len(doc) and (not starts or starts[0]):
        starts = [0, *starts]
    spans = tokens.offsets.tolist()
    return make_parse(
        text,
        (
            [text[start:end] for start, end in spans],
            [names[key] for key in columns[:, 0].tolist()],
            [names[key] for key in columns[:, 1].tolist()],
            heads.tolist(),
        ),
        tokens.offsets,
        starts,
        states,
        columns[:, 4].astype(np.uint64),
    )
