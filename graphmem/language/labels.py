"""The tags and relations as small integers, with the groups that the kernels ask for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

import numpy as np
import numpy.typing as npt

__all__ = [
    "AUX", "CLAUSE", "COP", "DEP_BASES", "DEP_FLAGS", "LEADER", "MARK", "PUNCT", "SUBJECT",
    "TAG_FLAGS", "VERB", "dep_codes", "tag_codes",
]  # fmt: skip

_TAGS = (
    "$ '' , -LRB- -RRB- . : ADD AFX CC CD DT EX FW GW HYPH IN JJ JJR JJS LS MD NFP NN NNP NNPS "
    "NNS PDT POS PRP PRP$ RB RBR RBS RP SYM TO UH VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB ``"
).split()
_DEPS = (
    "ROOT acl acl:relcl advcl advcl:relcl advmod amod appos aux aux:pass case cc cc:preconj "
    "ccomp compound compound:prt conj cop csubj csubj:outer csubj:pass dep det det:predet "
    "discourse dislocated expl fixed flat goeswith iobj list mark nmod nmod:desc nmod:poss "
    "nmod:unmarked nsubj nsubj:outer nsubj:pass nummod obj obl obl:agent obl:unmarked orphan "
    "parataxis punct reparandum vocative xcomp"
).split()

SUBJECT, MARK, AUX, COP, CLAUSE, LEADER = 1, 2, 4, 8, 16, 32
VERB, PUNCT = 1, 2
_DEP_GROUPS = {
    "nsubj": SUBJECT, "csubj": SUBJECT, "mark": MARK, "aux": AUX, "cop": AUX | COP, "acl": CLAUSE,
    "advcl": CLAUSE, "parataxis": CLAUSE, "ccomp": CLAUSE,
}  # fmt: skip
_PUNCT_TAGS = frozenset({",", ":", ".", "``", "''", "-LRB-", "-RRB-", "HYPH"})

# Code 0 is a label that training never saw.
_TAG_CODES = {tag: code for code, tag in enumerate(_TAGS, 1)}
_DEP_CODES = {dep: code for code, dep in enumerate(_DEPS, 1)}
_BASES = sorted({dep.partition(":")[0] for dep in _DEPS})
DEP_BASES: npt.NDArray[np.int64] = np.array(
    [0, *(1 + _BASES.index(dep.partition(":")[0]) for dep in _DEPS)], np.int64
)
DEP_FLAGS: npt.NDArray[np.int64] = np.array(
    [
        0,
        *(
            _DEP_GROUPS.get(dep.partition(":")[0], 0) | LEADER * (dep in ("mark", "cc"))
            for dep in _DEPS
        ),
    ],
    np.int64,
)
TAG_FLAGS: npt.NDArray[np.int64] = np.array(
    [0, *(VERB * tag.startswith("VB") | PUNCT * (tag in _PUNCT_TAGS) for tag in _TAGS)], np.int64
)


def tag_codes(tags: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return (n,) codes; 0 for a tag outside of the Penn Treebank's."""
    return np.fromiter(map(_TAG_CODES.get, tags, repeat(0)), np.int64, len(tags))


def dep_codes(deps: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return (n,) codes; 0 for a relation that training never saw."""
    return np.fromiter(map(_DEP_CODES.get, deps, repeat(0)), np.int64, len(deps))
