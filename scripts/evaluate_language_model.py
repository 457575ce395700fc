"""Print the dev figures of the English pipeline: python scripts/evaluate_language_model.py.

The treebanks are not part of the repository; say where they are with --data or LANGUAGE_DATA.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.training import Example
from train_language_data import Group, encode_group, group_sentences, read_treebank, vary
from train_language_heads import gold_parse, mention_words, predicted_parse, unit_labels
from train_language_parser import make_example

from graphmem.language.edus import unit_scores
from graphmem.language.kinds import word_kinds
from graphmem.language.mentions import find_nominals
from graphmem.language.names import find_names, span_head
from graphmem.language.parse import Parse
from graphmem.language.phrases import mention_heads, phrase_span
from graphmem.language.pipeline import MODEL_FOLDER, Pipeline
from graphmem.language.pronouns import is_third_person, resolve_pronouns
from graphmem.language.weights import Weights, load_weights
from graphmem.models.minilm import MiniLMEncoder
from graphmem.ports import Encoder

Row = dict[str, float]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--data", type=Path, default=os.environ.get("LANGUAGE_DATA", "../shared/language-data")
    )
    options.add_argument("--model", type=Path, default=MODEL_FOLDER)
    chosen = options.parse_args()
    encoder: Encoder = MiniLMEncoder(threads=1)
    pipeline = Pipeline(chosen.model)
    weights = load_weights(chosen.model / "heads.npz")
    for name in ("gum", "ewt"):
        groups = group_sentences(read_treebank(Path(chosen.data) / f"{name}-dev.conllu.gz"))
        show(f"{name} raw text", parser_scores(pipeline, encoder, groups))
        chat = [vary(group, lower=True, unpunctuated=True) for group in groups]
        show(f"{name} lower case, no final punctuation", parser_scores(pipeline, encoder, chat))
        if name == "gum":
            encoded = [encode_group(group, encoder) for group in groups]
            heads_scores(pipeline, weights, encoded)


def show(title: str, row: Row) -> None:
    print(f"{title}: " + ", ".join(f"{key} {value:.1f}" for key, value in row.items()), flush=True)


def parser_scores(pipeline: Pipeline, encoder: Encoder, groups: Sequence[Group]) -> Row:
    """Score tokens, tags, parse and sentences on raw text, as a passage comes in."""
    examples = []
    for group in groups:
        text, _ = group.text()
        parse = pipeline.parse(text, encoder.encode([text])[0])
        gold = make_example(pipeline.nlp, group).reference
        examples.append(Example(as_doc(pipeline, parse), gold))
    scores = dict(Scorer.score_tokenization(examples))
    scores.update(Scorer.score_token_attr(examples, "tag"))
    scores.update(
        Scorer.score_spans(
            examples, "sents", has_annotation=lambda _: True, getter=lambda doc, _: doc.sents
        )
    )
    scores.update(Scorer.score_deps(examples, "dep", ignore_labels=("punct",), getter=getattr))
    wanted = {"TAG": "tag_acc", "UAS": "dep_uas", "LAS": "dep_las", "sentence F": "sents_f"}
    return {name: 100 * scores[key] for name, key in wanted.items()}


def as_doc(pipeline: Pipeline, parse: Parse) -> Doc:
    """Return a parse as a spaCy doc, for its scorer."""
    ends = [*parse.starts[1:], len(parse.text)]
    return Doc(
        pipeline.nlp.vocab,
        words=parse.words,
        spaces=[end < start for end, start in zip(parse.ends, ends, strict=True)],
        tags=parse.tags,
        heads=parse.heads,
        deps=parse.deps,
    )


def heads_scores(pipeline: Pipeline, weights: Weights, groups: Sequence[Group]) -> None:
    """Score units, mentions, names and kinds on GUM."""
    gold = [gold_parse(pipeline.network, group) for group in groups]
    predicted = [predicted_parse(pipeline, group) for group in groups]
    for title, parses in (("predicted parse", predicted), ("gold parse", gold)):
        show(f"gum EDU boundaries, {title}", unit_row(groups, gold, parses, weights))
    show("gum mentions, spans", span_row(groups, predicted, gold_mentions, all_mentions))
    names = f_score(spans_of(gold, find_names), spans_of(predicted, find_names))
    show("gum names", names)
    show("gum kinds", kind_row(groups, predicted, weights))
    show("gum pronouns (he, she, it, they)", pronoun_row(groups, predicted, weights))


def unit_row(
    groups: Sequence[Group], gold: Sequence[Parse], parses: Sequence[Parse], weights: Weights
) -> Row:
    truth = np.concatenate([unit_labels(group) for group in groups])
    found = np.concatenate([unit_scores(parse, weights) > 0 for parse in parses])
    inner = np.ones(len(truth), bool)
    at = 0
    for parse in gold:
        inner[[at + first for first, _ in parse.sentences]] = False
        at += len(parse)
    row = counts(int((truth & found).sum()), int(found.sum()), int(truth.sum()))
    inside = counts(
        int((truth & found & inner).sum()), int((found & inner).sum()), int((truth & inner).sum())
    )
    return {**row, "F inside sentences": inside["F"]}


Spans = set[tuple[int, int, int]]


def spans_of(parses: Sequence[Parse], find: Callable[[Parse], list[tuple[int, int]]]) -> Spans:
    return {(at, *span) for at, parse in enumerate(parses) for span in find(parse)}


def all_mentions(parse: Parse) -> list[tuple[int, int]]:
    pronouns = [t for t, tag in enumerate(parse.tags) if tag in ("PRP", "PRP$")]
    nominal = [phrase_span(parse, head) for head in mention_heads(parse)]
    return [*nominal, *((token, token + 1) for token in pronouns)]


def gold_mentions(group: Group) -> list[tuple[int, int]]:
    found, at = [], 0
    for sentence in group.sentences:
        found += [(at + start, at + end) for start, end, *_ in sentence.entities]
        at += len(sentence.words)
    return found


def span_row(
    groups: Sequence[Group],
    parses: Sequence[Parse],
    truth: Callable[[Group], list[tuple[int, int]]],
    find: Callable[[Parse], list[tuple[int, int]]],
) -> Row:
    gold = {(at, *span) for at, group in enumerate(groups) for span in truth(group)}
    return f_score(gold, spans_of(parses, find))


def kind_row(groups: Sequence[Group], parses: Sequence[Parse], weights: Weights) -> Row:
    """Share of gold mention heads that get the right kind: all, and those inside a name."""
    right = total = named_right = named = 0
    for group, parse in zip(groups, parses, strict=True):
        truth = {head: kind for head, kind, _ in mention_words(group)}
        words = [head for head in truth if not parse.tags[head].startswith("PRP")]
        kinds = word_kinds(parse, weights, words)
        heads = {span_head(parse, *span) for span in find_names(parse)}
        for word, kind in kinds.items():
            right += kind == truth[word]
            total += 1
            named_right += kind == truth[word] and word in heads
            named += word in heads
    return {"all": 100 * right / total, "names": 100 * named_right / named, "n names": named}


def pronoun_row(groups: Sequence[Group], parses: Sequence[Parse], weights: Weights) -> Row:
    """Precision of what is resolved, recall of what a mention in the same text explains."""
    right = resolved = resolvable = 0
    for group, parse in zip(groups, parses, strict=True):
        entity_of = {head: entity for head, _, entity in mention_words(group)}
        nominal = [head for head in sorted(entity_of) if parse.tags[head].startswith("NN")]
        found = resolve_pronouns(parse, find_nominals(parse, weights), weights)
        for token in filter(lambda at: is_third_person(parse, at), range(len(parse))):
            entity = entity_of.get(token, "none")
            resolvable += any(entity_of[head] == entity for head in nominal if head < token)
            resolved += token in found
            right += token in found and entity_of.get(found[token].token) == entity
    return counts(right, resolved, resolvable)


def f_score(gold: Spans, found: Spans) -> Row:
    return counts(len(gold & found), len(found), len(gold))


def counts(n_right: int, n_found: int, n_gold: int) -> Row:
    precision, recall = 100 * n_right / n_found, 100 * n_right / n_gold
    return {"P": precision, "R": recall, "F": 2 * precision * recall / (precision + recall)}


if __name__ == "__main__":
    main()
