"""A user's own spaCy pipeline in the place of ours."""

from __future__ import annotations

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from graphmem.errors import ModelMissing, NotSupported
from graphmem.language.alignment import align_states
from graphmem.language.clearnlp import to_universal
from graphmem.language.network import Network
from graphmem.language.parse import Parse, make_parse
from graphmem.language.tokens import tokenize
from graphmem.language.trees import sentence_starts
from graphmem.ports import Encoding

__all__ = ["ForeignPipeline"]


class ForeignPipeline:
    """Parses with an installed spaCy pipeline, by name or path.

    Args:
        name: as `spacy.load` takes it.
        network: ours, for the scale of the encoder's states: kinds are told from those.

    Raises:
        ModelMissing: spaCy has no pipeline of that name.
        NotSupported: It is not English, or has no tagger or no parser with known labels.
    """

    def __init__(self, name: str, network: Network) -> None:
        try:
            self.nlp: Language = spacy.load(name)
        except (OSError, ValueError) as error:
            msg = (
                f"spaCy cannot load the pipeline {name!r} ({error}); "
                f"install it, for example with: python -m spacy download {name}"
            )
            raise ModelMissing(msg) from error
        self.network = network
        labels = _parser_labels(self.nlp, name)
        self._universal = "obj" in labels
        self._named = "ner" in self.nlp.pipe_names

    def parse(self, text: str, encoding: Encoding) -> Parse:
        """Parse a text with the pipeline; the encoder's states only tell kinds and units."""
        tokens = tokenize(self.nlp, text)
        doc = tokens.doc
        for word in np.flatnonzero(tokens.forced).tolist():
            doc[word].is_sent_start = True
        for _, pipe in self.nlp.pipeline:
            doc = pipe(doc)
        states = align_states(encoding, tokens.offsets, self.network.mean)
        tags, deps = [token.tag_ for token in doc], [token.dep_ for token in doc]
        heads = [token.head.i for token in doc]
        lower = [token.lower_ for token in doc]
        if not self._universal:
            heads, deps = to_universal(lower, tags, heads, deps)
        # Some UD models write "root" or "nsubj:pass" in their own case; a root is its own head.
        deps = ["ROOT" if heads[i] == i else dep for i, dep in enumerate(deps)]
        parse = make_parse(
            text,
            ([token.text for token in doc], lower, tags, deps, heads),
            tokens.offsets,
            sentence_starts(heads),
            self.network.standardise(states),
            np.asarray(doc.to_array(["LOWER"])).astype(np.uint64).ravel(),
        )
        parse.entities = _entities(doc) if self._named else None
        return parse


def _parser_labels(nlp: Language, name: str) -> frozenset[str]:
    if nlp.lang != "en":
        msg = f"the pipeline {name!r} is for {nlp.lang!r}; graphmem's rules read English ('en')"
        raise NotSupported(msg)
    missing = [pipe for pipe in ("tagger", "parser") if pipe not in nlp.pipe_names]
    if missing:
        msg = f"the pipeline {name!r} has no {' and no '.join(missing)}; choose one that has both"
        raise NotSupported(msg)
    labels = frozenset(nlp.pipe_labels["parser"])
    if not labels & {"obj", "dobj"}:
        msg = (
            f"the parser of {name!r} has labels that graphmem does not know; "
            "choose one with Universal Dependencies or spaCy's English labels"
        )
        raise NotSupported(msg)
    return labels


def _entities(doc: Doc) -> list[tuple[int, int, str]]:
    return [(entity.start, entity.end, entity.label_) for entity in doc.ents]
