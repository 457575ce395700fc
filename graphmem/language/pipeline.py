"""Parse one text: tokenizer, network, greedy parser."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import spacy
from spacy.language import Language

from graphmem.language.alignment import align_states
from graphmem.language.arc_eager import parse_greedily
from graphmem.language.network import Network, load_network
from graphmem.language.parse import Parse, make_parse
from graphmem.language.tokens import Tokens, tokenize
from graphmem.language.trees import lower_arcs, sentence_starts
from graphmem.ports import Encoding

__all__ = ["MODEL_FOLDER", "Pipeline"]

MODEL_FOLDER = Path(__file__).parent / "model"
_MAX_LEXEMES = 150_000  # about 50 MB
# What the network reads of a word. spaCy would find out fifteen things more of each new one,
# most of them by regular expressions: a third of the time that splitting a text takes.
_READ = ("LOWER", "NORM", "PREFIX", "SUFFIX", "SHAPE")


class Pipeline:
    """Tagger and parser of a model folder; one text a call, so always the same bits.

    Raises:
        ModelMissing: The folder's files are not there or cannot be read.
    """

    def __init__(self, folder: Path = MODEL_FOLDER) -> None:
        self.nlp: Language = _tokenizer()
        self.network: Network = load_network(folder)

    def parse(self, text: str, encoding: Encoding) -> Parse:
        """Parse a text with the states that the encoder had for it."""
        # spaCy keeps every word that it ever saw, which a server that runs for long cannot.
        if len(self.nlp.vocab) > _MAX_LEXEMES:
            self.nlp = _tokenizer()
        tokens = tokenize(self.nlp, text)
        return self.parse_tokens(
            text, tokens, align_states(encoding, tokens.offsets, self.network.mean)
        )

    def parse_tokens(self, text: str, tokens: Tokens, states: npt.NDArray[np.float32]) -> Parse:
        """Parse words whose (n, 768) raw states are known."""
        network, doc = self.network, tokens.doc
        states = network.standardise(states)
        tags: list[str] = []
        heads: list[int] = []
        deps: list[str] = []
        if len(doc):
            tags, features = network.run(doc, states)
            found = parse_greedily(
                features, network.no_word, network.upper, network.bias, network.kinds,
                network.move_labels, tokens.forced,
            )  # fmt: skip
            heads = found[0].tolist()
            deps = [network.labels[label] if label >= 0 else "ROOT" for label in found[1].tolist()]
            lower_arcs(heads, deps)
        words = [text[start:end] for start, end in tokens.offsets.tolist()]
        keys = np.asarray(doc.to_array(["LOWER"])).astype(np.uint64).ravel()
        starts = sentence_starts(heads)
        return make_parse(text, (words, tags, deps, heads), tokens.offsets, starts, states, keys)


def _tokenizer() -> Language:
    nlp = spacy.blank("en")
    getters = cast("Any", nlp.vocab).lex_attr_getters
    read = {nlp.vocab.strings[name] for name in _READ}
    for attribute in getters.keys() - read:
        del getters[attribute]
    return nlp
