"""Train the tagger and parser on the encoder's states (recipe and figures: docs/language.md)."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Adam, fix_random_seed
from train_language_data import Group, Sentence, encode_group, group_sentences, vary
from train_language_tok2vec import STATES_KEY, set_state_norm

from graphmem.ports import Encoder

__all__ = ["Recipe", "make_example", "prepare", "train_parser"]


@dataclass(frozen=True)
class Recipe:
    """What the training depends on beside the data."""

    epochs: float = 7.0
    learn_rate: float = 0.0025
    warmup_steps: int = 150
    batch_words: int = 1200
    dropout: float = 0.1
    varied_share: float = 0.5
    varied_use: float = 0.45
    width: int = 128
    hidden_width: int = 96


def prepare(
    sentences: list[Sentence], encoder: Encoder, recipe: Recipe, seed: int
) -> list[tuple[Group, Group | None]]:
    """Encode the groups, and for some of them a copy in chat style with states of its own."""
    rng = random.Random(seed)
    pairs: list[tuple[Group, Group | None]] = []
    for group in group_sentences(sentences, (2, 4, 8, 8), seed=seed):
        varied = None
        if rng.random() < recipe.varied_share:
            lower = rng.random() < 0.5
            unpunctuated = not lower or rng.random() < 0.5
            varied = vary(group, lower=lower, unpunctuated=unpunctuated)
            varied = encode_group(varied, encoder)
        pairs.append((encode_group(group, encoder), varied))
    return pairs


def make_example(nlp: Language, group: Group) -> Example:
    """Return the group as a gold example whose predicted side has the states."""
    words: list[str] = []
    spaces: list[bool] = []
    tags: list[str] = []
    deps: list[str] = []
    heads: list[int] = []
    for sentence in group.sentences:
        heads += [len(words) + head for head in sentence.heads]
        words += sentence.words
        spaces += sentence.spaces
        tags += sentence.tags
        deps += sentence.deps
    gold = Doc(nlp.vocab, words=words, spaces=spaces, tags=tags, heads=heads, deps=deps)
    predicted = Doc(nlp.vocab, words=words, spaces=spaces)
    predicted.user_data[STATES_KEY] = group.states
    return Example(predicted, gold)


def train_parser(pairs: list[tuple[Group, Group | None]], recipe: Recipe) -> Language:
    """Train tok2vec, tagger and parser together; averaged weights are what is kept."""
    fix_random_seed(1)
    nlp = _blank(recipe)
    nlp.initialize(lambda: [make_example(nlp, group) for group, _ in pairs])
    sample = random.Random(0).sample(pairs, min(500, len(pairs)))
    states = np.concatenate([group.states for group, _ in sample if group.states is not None])
    set_state_norm(nlp.get_pipe("tok2vec").model, states.mean(0), states.std(0) + 1e-3)
    optimizer = Adam(
        recipe.learn_rate, L2=0.01, grad_clip=1.0, use_averages=True, L2_is_weight_decay=True
    )
    _run(nlp, pairs, recipe, optimizer)
    with nlp.use_params(optimizer.averages):
        return _copy(nlp)


def _copy(nlp: Language) -> Language:
    """Return a copy that keeps the averaged weights when their context ends."""
    copy = spacy.util.load_model_from_config(nlp.config, vocab=nlp.vocab)
    return copy.from_bytes(nlp.to_bytes())


def _blank(recipe: Recipe) -> Language:
    nlp = spacy.blank("en")
    tok2vec = {
        "@architectures": "graphmem.StateTok2Vec.v1",
        "width": recipe.width,
        "depth": 2,
        "rows": [3000, 1000, 2500, 1500, 50],
        "hash_width": 48,
        "n_states": 768,
        "state_width": 128,
    }
    listener = {
        "@architectures": "spacy.Tok2VecListener.v1",
        "width": recipe.width,
        "upstream": "*",
    }
    tagger = {"@architectures": "spacy.Tagger.v2", "tok2vec": listener}
    parser = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "parser",
        "extra_state_tokens": False,
        "hidden_width": recipe.hidden_width,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": listener,
    }
    nlp.add_pipe("tok2vec", config={"model": tok2vec})
    nlp.add_pipe("tagger", config={"model": tagger, "label_smoothing": 0.05})
    settings = {"model": parser, "learn_tokens": False, "min_action_freq": 30}
    nlp.add_pipe("parser", config=settings)
    return nlp


def _run(
    nlp: Language,
    pairs: list[tuple[Group, Group | None]],
    recipe: Recipe,
    optimizer: Adam,
) -> None:
    rng = random.Random(1)
    total = recipe.epochs * sum(group.n_words for group, _ in pairs)
    seen = step = 0
    started = time.process_time()
    losses: dict[str, float] = {}
    while seen < total:
        order = list(range(len(pairs)))
        rng.shuffle(order)
        batch: list[Example] = []
        n_words = 0
        for at in order:
            group, varied = pairs[at]
            chosen = varied if varied is not None and rng.random() < recipe.varied_use else group
            batch.append(make_example(nlp, chosen))
            n_words += chosen.n_words
            if n_words >= recipe.batch_words * (0.4 + 0.6 * min(1, step / 400)):
                warm = min(1.0, (step + 1) / recipe.warmup_steps)
                optimizer.learn_rate = recipe.learn_rate * warm * max(0.02, 1 - seen / total)
                nlp.update(batch, sgd=optimizer, drop=recipe.dropout, losses=losses)
                step, seen = step + 1, seen + n_words
                batch, n_words = [], 0
            if seen >= total:
                break
        cpu = time.process_time() - started
        print(f"seen {seen / total:.0%} step {step} cpu {cpu:.0f} s", flush=True)
