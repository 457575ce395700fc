"""Train the English pipeline from the treebanks: `make language-model`.

Takes about ten minutes on one core. The treebanks are not part of the repository: say where
they are with --data or LANGUAGE_DATA. Figures and recipe: docs/language.md.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
from train_language_data import Group, encode_group, group_sentences, read_treebank
from train_language_export import export_network, quantize_network
from train_language_heads import (
    gold_parse,
    predicted_parse,
    train_gender,
    train_kinds,
    train_lemmas,
    train_pronouns,
    train_units,
)
from train_language_parser import Recipe, prepare, train_parser

from graphmem.language.pipeline import MODEL_FOLDER, Pipeline
from graphmem.language.pronoun_features import N_PAIR_FEATURES
from graphmem.language.weights import load_weights
from graphmem.models.minilm import MiniLMEncoder
from graphmem.ports import Encoder


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    folder = os.environ.get("LANGUAGE_DATA", "../shared/language-data")
    options.add_argument("--data", type=Path, default=folder)
    options.add_argument("--model", type=Path, default=MODEL_FOLDER)
    options.add_argument("--keep-parser", action="store_true", help="train only what sits on it")
    chosen = options.parse_args()
    encoder: Encoder = MiniLMEncoder(threads=1)
    if not chosen.keep_parser:
        make_parser(Path(chosen.data), chosen.model, encoder)
    make_heads(Path(chosen.data), chosen.model, encoder)
    print(f"done in {time.process_time():.0f} CPU seconds")


def make_parser(data: Path, model: Path, encoder: Encoder) -> None:
    recipe = Recipe()
    pairs = []
    for seed, name in enumerate(("gum", "ewt")):
        pairs += prepare(read_treebank(data / f"{name}-train.conllu.gz"), encoder, recipe, seed)
    print(f"{len(pairs)} groups, {time.process_time():.0f} CPU seconds", flush=True)
    model.mkdir(exist_ok=True)
    export_network(train_parser(pairs, recipe), model)
    quantize_network(model)


def make_heads(data: Path, model: Path, encoder: Encoder) -> None:
    pipeline = Pipeline(model)
    sentences = read_treebank(data / "gum-train.conllu.gz")
    groups = [encode_group(group, encoder) for group in group_sentences(sentences)]
    gold = [gold_parse(pipeline.network, group) for group in groups]
    predicted = [predicted_parse(pipeline, group) for group in groups]
    arrays = {
        **train_units(groups, gold, predicted),
        **train_kinds(groups, gold),
        **train_gender(groups, gold),
        "pronoun_coefficients": np.zeros((3, N_PAIR_FEATURES + 1), np.float32),
    }
    np.savez_compressed(model / "heads.npz", **arrays)
    # The pronouns need the kinds and genders of mentions as they will be at run time.
    arrays.update(train_pronouns(groups, predicted, load_weights(model / "heads.npz")))
    np.savez_compressed(model / "heads.npz", **arrays)
    others = group_sentences(read_treebank(data / "ewt-train.conllu.gz"))
    write_lemmas(model / "lemmas.json", [*groups, *others])


def write_lemmas(path: Path, groups: list[Group]) -> None:
    """Keep only what the suffix rules get wrong."""
    path.write_text(json.dumps({"verb": {}, "noun": {}, "adjective": {}}), "utf-8")
    table = train_lemmas(groups)
    path.write_text(json.dumps(table, ensure_ascii=False, sort_keys=True, indent=0), "utf-8")


if __name__ == "__main__":
    main()
