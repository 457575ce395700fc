"""Train what sits on the parse: discourse units, kinds of mentions, gender, lemmas."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression
from spacy.strings import hash_string
from spacy.tokens import Doc
from train_language_data import Group

from graphmem.language.edu_features import N_FEATURES, TABLE_BITS, unit_features
from graphmem.language.edus import state_columns
from graphmem.language.lemmas import word_class
from graphmem.language.mentions import find_nominals
from graphmem.language.network import Network
from graphmem.language.parse import Parse, make_parse
from graphmem.language.pipeline import Pipeline
from graphmem.language.pronoun_features import GROUPS, Candidate, echo, find_candidates
from graphmem.language.pronouns import PRONOUN_MODELS, allowed_candidates, is_third_person
from graphmem.language.tokens import Tokens
from graphmem.language.weights import Weights

__all__ = [
    "gold_parse", "mention_words", "predicted_parse", "train_gender", "train_kinds",
    "train_lemmas", "train_pronouns", "train_units", "unit_labels",
]  # fmt: skip

Floats = npt.NDArray[np.float32]


def gold_parse(network: Network, group: Group) -> Parse:
    """Return the group's gold trees as the rules see them."""
    text, offsets = group.text()
    words, tags, deps, heads, starts = [], [], [], [], []
    for sentence in group.sentences:
        starts.append(len(words))
        heads += [len(words) + head for head in sentence.heads]
        words += sentence.words
        tags += sentence.tags
        deps += sentence.deps
    keys = np.array([hash_string(word.lower()) for word in words], np.uint64)
    assert group.states is not None
    states = network.standardise(group.states)
    columns = (words, [word.lower() for word in words], tags, deps, heads)
    return make_parse(text, columns, offsets, starts, states, keys)


def predicted_parse(pipeline: Pipeline, group: Group) -> Parse:
    """Return the parser's own trees over the group's gold words."""
    text, offsets = group.text()
    words = [word for sentence in group.sentences for word in sentence.words]
    spaces = [space for sentence in group.sentences for space in sentence.spaces]
    doc = Doc(pipeline.nlp.vocab, words=words, spaces=spaces)
    assert group.states is not None
    tokens = Tokens(doc, offsets, np.zeros(len(doc), np.int64))
    return pipeline.parse_tokens(text, tokens, group.states)


def unit_labels(group: Group) -> npt.NDArray[np.bool_]:
    """Return (n,) whether a discourse unit starts at each word."""
    labels = np.zeros(group.n_words, bool)
    at = 0
    for sentence in group.sentences:
        labels[[at + unit for unit in sentence.units]] = True
        at += len(sentence.words)
    return labels


def train_units(
    groups: Sequence[Group], gold: Sequence[Parse], predicted: Sequence[Parse]
) -> dict[str, Floats]:
    """Fit the start of units on gold trees and on the parser's own."""
    labels = np.concatenate([unit_labels(group) for group in groups])
    coefficients, offset, score = _fit_states(gold, labels)
    rows = [_sparse(gold, score - offset), _sparse(predicted, score - offset)]
    model = LogisticRegression(C=0.1, solver="liblinear", max_iter=60)
    model.fit(vstack(rows).tocsr(), np.concatenate([labels, labels]))
    weights = model.coef_[0].astype(np.float32)
    size = 1 << TABLE_BITS
    return {
        "unit_table": weights[:size].astype(np.float16),
        "unit_states": coefficients,
        "unit_scalars": np.array([model.intercept_[0], offset, *weights[size:]], np.float32),
    }


def _fit_states(
    parses: Sequence[Parse], labels: npt.NDArray[np.bool_]
) -> tuple[Floats, float, Floats]:
    """Fit a ridge regression of the labels on the states of a word and of the one before."""
    n_columns = 2 * 768
    gram = np.zeros((n_columns, n_columns))
    moment, total, n_rows, at = np.zeros(n_columns), np.zeros(n_columns), 0, 0
    target = labels - labels.mean()
    for parse in parses:
        both = _with_previous(parse.states)
        gram += both.T @ both
        moment += both.T @ target[at : at + len(both)]
        total += both.sum(0)
        n_rows, at = n_rows + len(both), at + len(both)
    mean = total / n_rows
    gram -= n_rows * np.outer(mean, mean)
    gram[np.diag_indices(n_columns)] += 500
    solution = np.linalg.solve(gram, moment).astype(np.float32)
    score = np.concatenate([_with_previous(parse.states) @ solution for parse in parses])
    return solution.reshape(2, 768), float(mean @ solution), score


def _with_previous(states: Floats) -> Floats:
    previous = np.concatenate([np.zeros((1, states.shape[1]), np.float32), states[:-1]])
    return np.concatenate([states, previous], axis=1)


def _sparse(parses: Sequence[Parse], score: Floats) -> csr_matrix:
    rows = np.concatenate([unit_features(parse) for parse in parses])
    n_rows = len(rows)
    pointers = np.arange(0, n_rows * N_FEATURES + 1, N_FEATURES)
    ones = np.ones(n_rows * N_FEATURES, np.float32)
    hashed = csr_matrix((ones, rows.ravel(), pointers), shape=(n_rows, 1 << TABLE_BITS))
    hashed.sum_duplicates()
    return hstack([hashed, csr_matrix(state_columns(score))]).tocsr()


def mention_words(group: Group) -> list[tuple[int, str, str]]:
    """Return head word, kind and coreference id of the gold mentions of a group."""
    found = []
    at = 0
    for sentence in group.sentences:
        for start, end, kind, entity in sentence.entities:
            span = range(start, end)
            heads = [t for t in span if sentence.heads[t] not in span or sentence.heads[t] == t]
            found.append((at + heads[0], kind, entity))
        at += len(sentence.words)
    return found


def train_kinds(groups: Sequence[Group], gold: Sequence[Parse]) -> dict[str, npt.NDArray]:
    """Fit the kind of a mention on the state of its head word."""
    states, kinds = [], []
    for group, parse in zip(groups, gold, strict=True):
        for head, kind, _ in mention_words(group):
            if not parse.tags[head].startswith("PRP"):
                states.append(parse.states[head])
                kinds.append(kind)
    names = sorted(set(kinds))
    model = LogisticRegression(C=0.012, max_iter=400)
    model.fit(np.array(states), np.array(kinds))
    return {
        "kinds": np.array(names),
        "kind_coefficients": model.coef_.astype(np.float16),
        "kind_biases": model.intercept_.astype(np.float32),
    }


def train_gender(groups: Sequence[Group], gold: Sequence[Parse]) -> dict[str, Floats]:
    """Fit she against he on the head words of whom those pronouns mean somewhere."""
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    heads: dict[tuple[str, str], list[Floats]] = defaultdict(list)
    for group, parse in zip(groups, gold, strict=True):
        document = group.sentences[0].document
        for head, _, entity in mention_words(group):
            word = parse.lower[head]
            if word in ("he", "him", "his"):
                seen[document, entity].add("he")
            elif word in ("she", "her", "hers"):
                seen[document, entity].add("she")
            elif parse.tags[head].startswith("NN"):
                heads[document, entity].append(parse.states[head])
    rows, labels = [], []
    for key, genders in seen.items():
        if len(genders) == 1:
            rows += heads[key]
            labels += [next(iter(genders)) == "she"] * len(heads[key])
    model = LogisticRegression(C=0.004, max_iter=80).fit(np.array(rows), np.array(labels))
    return {"gender_coefficients": np.append(model.coef_[0], model.intercept_).astype(np.float32)}


def train_pronouns(
    groups: Sequence[Group], parses: Sequence[Parse], weights: Weights
) -> dict[str, Floats]:
    """Fit what pronouns mean on all pairs with the nominal mentions before them."""
    rows: list[list[list[float]]] = [[], [], []]
    labels: list[list[bool]] = [[], [], []]
    for group, parse in zip(groups, parses, strict=True):
        entity_of = {head: entity for head, _, entity in mention_words(group)}
        for model, row, label in _pronoun_pairs(parse, entity_of, weights):
            rows[model].append(row)
            labels[model].append(label)
    coefficients = []
    for some_rows, some_labels in zip(rows, labels, strict=True):
        model = LogisticRegression(C=1.0, max_iter=1000).fit(some_rows, some_labels)
        coefficients.append(np.append(model.coef_[0], model.intercept_))
    return {"pronoun_coefficients": np.array(coefficients, np.float32)}


def _pronoun_pairs(
    parse: Parse, entity_of: dict[int, str], weights: Weights
) -> Iterator[tuple[int, list[float], bool]]:
    sentence_of = [
        at for at, (start, end) in enumerate(parse.sentences) for _ in range(start, end)
    ]
    nominals = find_nominals(parse, weights)
    waiting = find_candidates(parse, nominals, weights, sentence_of)
    echoes: list[Candidate] = []
    for token in filter(lambda token: is_third_person(parse, token), range(len(parse))):
        before = [candidate for candidate in [*waiting, *echoes] if candidate.token < token]
        seen = sorted(before, key=lambda candidate: candidate.token)
        entity = entity_of.get(token)
        group = GROUPS[parse.lower[token]]
        right = None
        for candidate, row in allowed_candidates(parse, seen, token, sentence_of[token]):
            label = entity is not None and entity == entity_of.get(candidate.referent.token)
            right = right or (candidate if label else None)
            yield PRONOUN_MODELS[group], row, label
        if right is not None:
            echoes.append(echo(right, token, sentence_of[token], group))


def train_lemmas(groups: Sequence[Group]) -> dict[str, dict[str, str]]:
    """Return, by word class, the lemmas of inflected words seen at least twice."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for group in groups:
        for sentence in group.sentences:
            for word, tag, lemma in zip(
                sentence.words, sentence.tags, sentence.lemmas, strict=True
            ):
                kind = word_class(tag)
                if kind and word.isalpha() and word.isascii() and lemma.isalpha():
                    counts[kind, word.lower()][lemma.lower()] += 1
    table: dict[str, dict[str, str]] = {"verb": {}, "noun": {}, "adjective": {}}
    for (kind, word), lemmas in sorted(counts.items()):
        lemma, n_seen = lemmas.most_common(1)[0]
        if n_seen >= 2:
            table[kind][word] = lemma
    return table
