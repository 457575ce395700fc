"""The labels of spaCy's own English pipelines, turned into Universal Dependencies.

Two of them name other trees, not only other relations: a preposition governs its noun, and
"is" governs its predicate.
"""

from __future__ import annotations

__all__ = ["to_universal"]

_RENAMED = {
    "acomp": "xcomp", "agent": "case", "attr": "xcomp", "csubjpass": "csubj:pass",
    "dative": "iobj", "dobj": "obj", "intj": "discourse", "meta": "dep", "neg": "advmod",
    "nn": "compound", "npadvmod": "obl:unmarked", "nsubjpass": "nsubj:pass",
    "auxpass": "aux:pass", "oprd": "xcomp", "pcomp": "advcl", "pobj": "nmod", "poss": "nmod:poss",
    "preconj": "cc:preconj", "predet": "det:predet", "prep": "case", "prt": "compound:prt",
    "quantmod": "advmod", "relcl": "acl:relcl",
}  # fmt: skip
_BE = frozenset("am is are was were be been being 'm ’m 're ’re 's ’s".split())
_PREPOSITIONS = frozenset({"prep", "agent", "dative"})
_NOMINAL_GOVERNORS = ("NN", "PRP", "CD", "DT")


def to_universal(
    lower: list[str], tags: list[str], heads: list[int], deps: list[str]
) -> tuple[list[int], list[str]]:
    """Return heads and relations in Universal Dependencies.

    Args:
        lower: words in lower case.
        tags: Penn Treebank tags.
        heads: token numbers; a root is its own head.
        deps: ClearNLP relations.

    Complexity: O(n · copulas).
    """
    heads, deps = list(heads), list(deps)
    for word, dep in enumerate(deps):
        if dep == "pobj":
            _flip_preposition(tags, heads, deps, word)
    for word, dep in enumerate(deps):
        if dep in ("attr", "acomp") and lower[heads[word]] in _BE:
            _flip_copula(heads, deps, word)
    for word, dep in enumerate(deps):
        if dep == "aux" and tags[word] == "TO":
            deps[word] = "mark"
        else:
            deps[word] = _RENAMED.get(dep, dep)
    return heads, deps


def _flip_preposition(tags: list[str], heads: list[int], deps: list[str], noun: int) -> None:
    """Hang the noun on what its preposition hung on, and the preposition on the noun."""
    preposition = heads[noun]
    if deps[preposition] not in _PREPOSITIONS:
        return
    governor = heads[preposition]
    seen = 0
    # "out of the house": the outer preposition is a case mark of the same noun.
    while deps[governor] in _PREPOSITIONS and heads[governor] != governor and seen < len(heads):
        outer, governor = governor, heads[governor]
        heads[outer], deps[outer] = noun, "case"
        seen += 1
    heads[noun] = governor
    deps[noun] = "nmod" if tags[governor].startswith(_NOMINAL_GOVERNORS) else "obl"
    heads[preposition], deps[preposition] = noun, "case"


def _flip_copula(heads: list[int], deps: list[str], predicate: int) -> None:
    """Make the predicate the head of its clause, and "be" its copula."""
    verb = heads[predicate]
    is_root = heads[verb] == verb
    heads[predicate] = predicate if is_root else heads[verb]
    deps[predicate] = deps[verb]
    for word, head in enumerate(heads):
        if head == verb and word not in (verb, predicate):
            heads[word] = predicate
    heads[verb], deps[verb] = predicate, "cop"
