"""The page, put together from figures; a part that was not measured is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quality_page import tables

__all__ = ["render"]

HEAD = """# What retrieval is worth

Made by `python scripts/quality_docs.py FOLDER --stores FOLDER`: our own extraction, the shipped
encoder, no LLM, **one configuration for all sets** ([what they are](bench-sets.md)). R@k is the
mean share of the gold in the first k, all@5 the share of questions with all of it in the first 5;
in brackets 95 % bootstrap intervals over the questions (seeded, 1,000 resamples). Nothing else is
random: the same sets give the same figures. *bm25*, *dense* and *flat* (the sum of both, each over
its maximum) rank the same passages in the same run.
"""

CROSS_FITTED = """
## By weights that never saw the set

The ranking's weights (`graphmem/reading/weights.json`) are fitted on these sets by
`scripts/fit_ranker.py`. **These are the figures to expect elsewhere**: each set of one memory is
scored by weights fitted on all others, and each fifth of the memories of the other sets by weights
fitted on the other four fifths and all else. Means of three seeds (which memories make a fifth,
which questions of a large set and which pairs are learnt from); in brackets 95 % intervals.

What has seen the sets all the same: the choice of signals and of what fits them, the two weights
of notes, the numbers of the walk, which brings candidates in by the weights that ship (two sets
differed by .2 and .3 where each fold brought its own), and the rules that rearrange what was
ranked, which are not in this table.

"""

SHIPPED = """
## Against flat retrieval, with the weights that ship

The shipped weights were fitted on the sets of the table above, so here the rows of *graphmem* are
not cross-fitted: compare them with that table. The flat rows have no weights. How long a search
takes stands in [speed.md](speed.md).

"""

GRAPH = """
## What the graph adds

*Without the graph*: the same engine without the walk (Personalized PageRank), without pairs and
without what links passages; it ranks by the first stage. *The walk alone*: PageRank from the best
by BM25 and cosine, with no fitted weight at all. Shipped weights, R@5; the last column is the
difference that the graph makes, question by question.

![Recall with and without the graph](quality.svg)

"""

WALK = """
The walk follows mentions, short names and merged names. Facts as nodes of it were measured before
this engine was built and did not help passages (MuSiQue R@5 74.0 without them, 71 to 73 with), so
they are left out; facts and events are found as such (`kinds=`), not by bending the ranking of
passages.

Where the answer is itself a fact, a walk over facts, their subjects and objects, passages and what
the question names was measured too (`scripts/facts_found.py`; a gold fact rests on gold evidence
and has the answer's words; R@5 / R@10 of facts). By itself it finds fewer than the facts of the
best passages do: 15.6 / 30.1 against 23.8 / 37.4 on TimeQA, 11.1 / 22.7 against 12.3 / 26.7 on
2Wiki, 13.3 / 28.5 against 19.5 / 36.9 on HotpotQA. Added to these, up to half of their highest
score, it brings (± 95 %) 3.8 ± 3.2 / 9.1 ± 4.2 points on TimeQA (238 questions), 1.6 ± 4.6 / 5.0 ±
6.3 on HotpotQA (77), 0.0 / 1.1 ± 5.1 on MuSiQue (76) and takes 1.7 ± 2.0 / 1.8 ± 2.7 on 2Wiki
(143). That is no gain everywhere, and it needs a second graph in memory, so in memories with text
it is left out. It ranks where there is nothing else: what no passage tells, as in a graph that was
imported without text (facts, events, hyperedges, entities, and concepts, each with the way to it).
"""

PARTS = """
## What each part adds

The change in R@5 when one thing is left out, in points; bold where the 95 % interval of the
difference leaves out 0. Weights of what is left out are set to 0 and the others stay as they are:
a refit would regain a part, so these are upper bounds of what a part is worth. Last rows: flat
retrieval.

"""

PEERS = """
## What others publish

Not measured here: figures of papers, on their own questions (samples of the same data sets), with
the models named.

"""

MIXED = """
## All kinds in one space

{n_passages:,} passages of all sets in one space; every question is asked there and in the space of
its own. R@5, shipped weights; passages that are there twice, word for word, count as one. The
numbers of the gate were chosen by hand on these sets: fitted without the set that is scored they
lose about a point of the mean (ADR 0013). Chats of many people with one assistant are one
collection in which "my degree" is anybody's: give each user a space.

"""

ABSTENTION = """
## Knowing what is not known

AUROC of the abstention score between questions that have an answer and those that have none
(adversarial ones included), and how many of each are declined at the default bar. The weights of
the score were fitted on these sets: `scripts/abstention.py --fit` prints what they reach without.

"""

CONTEXTS = """
## Contexts of at most 1,500 tokens

"""

ROLES = """
## Updates and contradictions

The rule that puts the newer of two values first was made on these questions of BEAM: this table
says that it works, not how well it would elsewhere.

"""


def render(figures: Mapping[str, Any], fitted: Mapping[str, Any], weights: str) -> str:
    """Return the page.

    Args:
        figures: "quality" and "ablation" by set, and "mixed", as the reports' JSON has them.
        fitted: the cross-fitted recall by set, in per cent.
        weights: which weights ship, as `weights_sum` tells them.
    """
    quality, ablated = figures.get("quality", {}), figures.get("ablation", {})
    text = HEAD + tables.outdated(figures, weights)
    if fitted:
        text += CROSS_FITTED + tables.cross_fitted(fitted, quality)
    if quality:
        text += SHIPPED + tables.against_flat(quality)
    if ablated:
        text += GRAPH + tables.graph(ablated) + WALK + PARTS + tables.ablation(ablated)
    text += PEERS + tables.peers()
    if mixed := figures.get("mixed"):
        text += MIXED.format(n_passages=mixed["n_passages"]) + tables.mixed(mixed)
    if quality:
        text += ABSTENTION + tables.abstention(quality)
        text += CONTEXTS + tables.contexts(quality) + ROLES + tables.roles(quality)
    return text
