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
from graphmem.language.tokens import Tokens
from graphmem.language.trees import lower_arcs, sentence_starts
from graphmem.language.vocabulary import Vocabulary, Words
from graphmem.ports import Encoding

__all__ = ["MODEL_FOLDER", "Pipeline"]

MODEL_FOLDER = Path(__file__).parent / "model"
# What the network reads of a word. spaCy would find out fifteen things more of each new one,
# most of them by regular expressions: a third of the time that splitting a text takes.
_READ = ("LOWER", "NORM", "PREFIX", "SUFFIX", "SHAPE")


class Pipeline:
    """Tagger and parser of a model folder; one text a call, so always the same bits.

    Raises:
        ModelMissing: The folder's files are not there or cannot be read.
    """

    def __init__(self, folder: Path = MODEL_FOLDER) -> None:
        self.network: Network = load_network(folder)
        self._start_over()

    def _start_over(self) -> None:
        self.nlp: Language = _tokenizer()
        self._vocabulary = Vocabulary(self.nlp, self.network.tables)

    def parse(self, text: str, encoding: Encoding) -> Parse:
        """Parse a text with the states that the encoder had for it."""
        # Both keep every word that they ever saw, which a server that runs for long cannot.
        if self._vocabulary.full:
            self._start_over()
        words = self._vocabulary.split(text)
        states = align_states(encoding, words.offsets, self.network.mean)
        return self._parse(text, words, states)

    def parse_tokens(self, text: str, tokens: Tokens, states: npt.NDArray[np.float32]) -> Parse:
        """Parse words that somebody else has split and whose (n, 768) raw states are known."""
        return self._parse(text, self._vocabulary.of_doc(tokens, text), states)

    def _parse(self, text: str, words: Words, states: npt.NDArray[np.float32]) -> Parse:
        network = self.network
        states = network.standardise(states)
        tags: list[str] = []
        heads: list[int] = []
        deps: list[str] = []
        if words.words:
            tags, features = network.run(words.hashed, states)
            found = parse_greedily(
                features, network.no_word, network.upper, network.bias, network.kinds,
                network.move_labels, words.forced,
            )  # fmt: skip
            heads = found[0].tolist()
            labels = network.labels
            deps = [labels[label] if label >= 0 else "ROOT" for label in found[1].tolist()]
            lower_arcs(heads, deps)
        columns = (words.words, words.lower, tags, deps, heads)
        starts = sentence_starts(heads)
        return make_parse(text, columns, words.offsets, starts, states, words.keys)


def _tokenizer() -> Language:
    nlp = spacy.blank("en")
    getters = cast("Any", nlp.vocab).lex_attr_getters
    read = {nlp.vocab.strings[name] for name in _READ}
    for attribute in getters.keys() - read:
        del getters[attribute]
    return nlp
