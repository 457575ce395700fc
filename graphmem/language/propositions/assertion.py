"""Whether the author asserts a clause, or only asks, wants, supposes or reports it.

A clause is looked at on its own (modals, adverbs, "if", inversion) and then through what governs
it, upwards, until a link that takes it out of the governor's scope: a relative clause is
presupposed, "knows that" vouches for what it governs, "says that" does not. When in doubt a
clause counts as not asserted: a fact too few leaves its passage to be found, a fact too many
closes a true one.
"""

from __future__ import annotations

from graphmem.language.propositions.asking import is_asked
from graphmem.language.propositions.discourse import Discourse
from graphmem.language.propositions.scope import is_in_scope, marks

__all__ = ["is_asserted"]

_MODALS = frozenset(
    "will 'll ’ll wo shall would 'd ’d might may could should must ought sha".split()
)
_HEDGES = frozenset(
    "almost nearly hardly perhaps maybe probably possibly allegedly reportedly supposedly "
    "presumably apparently seemingly purportedly potentially hopefully likely".split()
)
_CONDITIONS = frozenset("if unless whether lest provided providing supposing without".split())
_REASONS = frozenset("because since although though while whereas".split())
# Verbs that leave open whether their infinitive or "-ing" comes true.
_OPEN = frozenset(
    "want wish hope plan try attempt seek intend mean aim expect refuse decline fail forget "
    "neglect avoid promise threaten offer propose suggest consider contemplate dream think talk "
    "believe say claim allege report rumor rumour suppose assume presume doubt deny seem appear "
    "need ask tell order invite urge advise request encourage prepare decide agree arrange "
    "volunteer desire long like love prefer hate fear pretend vow pledge swear opt resolve "
    "train apply audition imagine allow permit forbid prohibit prevent enable instruct "
    "recommend discuss schedule project forecast predict estimate tend struggle look joke".split()
)
# What one knows, sees or shows is so; every other "that" clause is somebody's word.
_FACTIVE = frozenset(
    "know realise realize learn discover find see notice show prove confirm reveal remember "
    "recall regret recognise recognize demonstrate acknowledge forget be mean ensure happen "
    "turn emerge appreciate love like hate".split()
)
_REPORTING = frozenset(
    "say claim tell report state announce think believe guess suppose suggest allege write "
    "add hope wish argue assume insist note ask wonder reckon imagine doubt deny explain".split()
)
_OPEN_ADJECTIVES = frozenset(
    "able unable likely unlikely possible impossible probable improbable willing unwilling ready "
    "eager keen about due set free supposed determined reluctant hopeful doubtful unclear unsure "
    "uncertain false untrue wrong convinced confident sure certain afraid scheduled expected "
    "bound anxious desperate".split()
)
_OPEN_NOUNS = frozenset(
    "plan decision attempt desire wish hope intention offer promise threat proposal request order "
    "refusal failure dream rumor rumour claim suggestion possibility belief allegation chance "
    "opportunity need goal aim idea bid effort ambition invitation option right permission "
    "assumption theory hypothesis speculation report fear doubt".split()
)
# "Is moving" is not "has moved": of a change, only the end makes the fact.
_CHANGES = frozenset("move relocate marry divorce settle transfer".split())
_SOON = frozenset("next coming upcoming following".split())
_TOMORROW = frozenset("tomorrow soon".split())
_AUXILIARY = frozenset({"aux", "aux:pass", "cop"})
_ASIDE = frozenset({"parataxis", "conj"})
_BEFORE_AUXILIARY = frozenset({"punct", "cc", "discourse", "intj", "vocative"})
_LEADS = frozenset({"so", "then", "also", "now"})
_QUESTION_WORDS = frozenset({"WRB", "WP"})
_DEPTH = 8


def is_asserted(discourse: Discourse, head: int) -> bool:
    """Whether the clause of a verb or predicate is said to be so.

    Args:
        discourse: the passage.
        head: the verb, or the predicate noun or adjective.

    Returns:
        False where the clause is future, modal, conditional, asked, wanted, doubted, reported or
        only nearly true. O(depth of the tree).
    """
    parse = discourse.parse
    if _is_open(discourse, head) or _is_ahead(discourse, head):
        return False
    if _is_inverted(discourse, head, _QUESTION_WORDS):
        return False
    own = head
    for _ in range(_DEPTH):
        if _is_reported_aside(discourse, head):
            return False
        above = parse.heads[head]
        if above == head:
            return not (is_asked(discourse, own) or is_in_scope(discourse, head, above))
        verdict = _by_link(discourse, head, above)
        if verdict is not None:
            return verdict
        if _has_condition(discourse, above):
            return False
        if _reaches(discourse, head) and _is_open(discourse, above):
            return False
        head = above
    return True


def _by_link(discourse: Discourse, head: int, above: int) -> bool | None:
    """Return what the relation to the governor settles, or None where the governor decides."""
    parse = discourse.parse
    if is_in_scope(discourse, head, above):
        return False
    dep = parse.deps[head].partition(":")[0]
    if dep == "xcomp":
        return _of_infinitive(discourse, head, above)
    if dep in ("ccomp", "csubj"):
        return _of_clause(discourse, above)
    if dep == "advcl":
        return _of_adverbial(discourse, head, above)
    if parse.deps[head] == "acl" and marks(discourse, head) & {"to", "that", "of"}:
        return discourse.lemmatize(parse.words[above], parse.tags[above]) not in _OPEN_NOUNS
    if parse.deps[head] == "acl" and discourse.case(above) in ("about", "of"):
        verb = parse.heads[above]  # "joked about her living there"
        return discourse.lemmatize(parse.words[verb], parse.tags[verb]) not in _OPEN
    if dep == "parataxis":
        if discourse.lemmatize(parse.words[above], parse.tags[above]) in _REPORTING:
            return False
        return not is_asked(discourse, head)
    if dep == "conj":
        # "He thought that she lived there, but she lives here": "but" goes back to the author.
        back = "but" in _joins(discourse, head) and not _reaches(discourse, head)
        return not is_asked(discourse, head) if back else None
    return True


def _of_infinitive(discourse: Discourse, head: int, above: int) -> bool | None:
    """Judge "wants to", "is going to", "has to"; "began to" and "managed to" say it is so."""
    parse = discourse.parse
    lemma = discourse.lemmatize(parse.words[above], parse.tags[above])
    own = discourse.lemmatize(parse.words[head], parse.tags[head])
    if lemma == "get" and own in _CHANGES and parse.tags[above] == "VBG":
        # "Are getting married", and not "after getting married".
        return False if "aux" in parse.below[above] else None
    to = "to" in marks(discourse, head)
    if lemma == "have" and not to and parse.child(head, "nsubj") is not None:
        return False  # "had she moved", as the parser reads it
    bound = to and (lemma == "have" or (lemma == "go" and parse.tags[above] == "VBG"))
    if not parse.tags[above].startswith("VB"):
        return False if lemma in _OPEN_ADJECTIVES else None
    return False if bound or lemma in _OPEN or _is_negated(discourse, above) else None


def _of_clause(discourse: Discourse, above: int) -> bool:
    parse = discourse.parse
    lemma = discourse.lemmatize(parse.words[above], parse.tags[above])
    if parse.tags[above].startswith("VB"):
        return lemma in _FACTIVE
    return not _is_negated(discourse, above) and lemma not in _OPEN_ADJECTIVES | _OPEN_NOUNS


def _of_adverbial(discourse: Discourse, head: int, above: int) -> bool | None:
    """Judge "to buy a farm", "of moving", "when he sells"; a past clause stands on its own."""
    parse = discourse.parse
    words = marks(discourse, head)
    finite = parse.tags[head] in ("VBD", "VBZ", "VBP") or any(
        parse.deps[c] in _AUXILIARY and parse.tags[c] in ("VBD", "VBZ", "VBP")
        for c in parse.children[head]
    )
    if not finite:
        lemma = discourse.lemmatize(parse.words[above], parse.tags[above])
        instead = "of" in words and "instead" in words
        # "Joked about her moving there", as the parser reads it, too.
        about = discourse.case(head - 1) in ("about", "of")
        return False if instead or ((words or about) and lemma in _OPEN) else None
    past = parse.tags[head] == "VBD" or any(
        parse.deps[c] in _AUXILIARY and parse.tags[c] == "VBD" for c in parse.children[head]
    )
    return True if past or words & _REASONS else None


def _is_hedged(discourse: Discourse, head: int) -> bool:
    """Whether a modal, a doubting adverb, "if" or "according to" stands at the clause itself."""
    parse = discourse.parse
    for child in parse.children[head]:
        word, dep = parse.lower[child], parse.deps[child]
        if dep == "aux" and word in _MODALS and parse.tags[child] == "MD":
            return True
        if (dep == "advmod" and word in _HEDGES) or word.endswith(("'ll", "’ll")):
            return True
        # "She is to move": an infinitive that is said to "be".
        if dep == "cop" and parse.tags[head] == "VB":
            return True
        if dep == "obl" and _is_reservation(discourse, child):
            return True
    return _has_condition(discourse, head)


def _is_reservation(discourse: Discourse, head: int) -> bool:
    """Whether a nominal is "according to Omar" or the bare "in case"."""
    case = discourse.case(head)
    bare = len(discourse.parse.children[head]) == 1
    return case.startswith("according") or (
        bare and (case, discourse.parse.lower[head]) == ("in", "case")
    )


def _is_open(discourse: Discourse, head: int) -> bool:
    """Whether the clause by itself leaves open if it is so."""
    if _is_hedged(discourse, head) or _is_inverted(discourse, head):
        return True
    parse = discourse.parse
    return "advcl" in parse.below[head] and any(
        parse.deps[child] == "advcl"
        and marks(discourse, child) & {"if", "unless"}
        and "even" not in (parse.lower[c] for c in parse.children[child])
        for child in parse.children[head]
    )


def _has_condition(discourse: Discourse, head: int) -> bool:
    return bool(marks(discourse, head) & _CONDITIONS)


def _joins(discourse: Discourse, head: int) -> set[str]:
    parse = discourse.parse
    return {parse.lower[c] for c in parse.children[head] if parse.deps[c] == "cc"}


def _is_inverted(discourse: Discourse, head: int, skipped: frozenset[str] = frozenset()) -> bool:
    """Whether an auxiliary opens the clause: "has she moved", "where can I buy it"."""
    parse = discourse.parse
    if parse.below[head].isdisjoint(_AUXILIARY):
        return False
    children = [
        c
        for c in parse.children[head]
        if parse.deps[c] not in _BEFORE_AUXILIARY
        and parse.tags[c] not in skipped
        and parse.lower[c] not in _LEADS
    ]
    subject = next((c for c in children if parse.deps[c].startswith("nsubj")), None)
    first = children[0] if children else head
    # "Here's a painting" is no question: there the predicate comes first.
    opens = subject is not None and first < min(subject, head)
    return opens and parse.deps[first] in _AUXILIARY


def _is_ahead(discourse: Discourse, head: int) -> bool:
    """Whether the present tense means a plan: "is moving", "leaves next week"."""
    parse = discourse.parse
    tag, children = parse.tags[head], parse.children[head]
    progressive = tag == "VBG" and "aux" in parse.below[head]
    if progressive and discourse.lemmatize(parse.words[head], tag) in _CHANGES:
        return True
    if not progressive and tag not in ("VBZ", "VBP"):
        return False
    return any(
        (parse.deps[c].startswith("obl") and _names_time_ahead(discourse, c))
        or (parse.lower[c] in _TOMORROW and parse.deps[c] in ("advmod", "obl:unmarked"))
        for c in children
    )


def _names_time_ahead(discourse: Discourse, head: int) -> bool:
    parse = discourse.parse
    return any(
        parse.lower[c] in _SOON and parse.deps[c] == "amod" for c in parse.children[head]
    ) and (parse.deps[head] == "obl:unmarked" or discourse.case(head) in ("in", "on", "by"))


def _is_reported_aside(discourse: Discourse, head: int) -> bool:
    """Whether ", says Omar" or ", I think" hangs on the clause."""
    parse = discourse.parse
    if parse.below[head].isdisjoint(_ASIDE):
        return False
    for child in parse.children[head]:
        dep = parse.deps[child]
        if dep not in _ASIDE or not parse.tags[child].startswith("VB"):
            continue
        below = parse.below[child]
        # The parser takes ", says Omar" for a conjunct, too, though nothing joins it.
        if dep == "conj" and "cc" in below:
            continue
        lemma = discourse.lemmatize(parse.words[child], parse.tags[child])
        if lemma in _REPORTING and not below & {"ccomp", "obj"} and "nsubj" in below:
            return True
    return False


def _reaches(discourse: Discourse, head: int) -> bool:
    """Whether the governor's modal or adverb covers the clause: "will sell it and move"."""
    parse = discourse.parse
    if parse.deps[head] != "conj":
        return True
    own = any(
        parse.deps[c].startswith("nsubj") or parse.deps[c] in _AUXILIARY
        for c in parse.children[head]
    )
    return not own


def _is_negated(discourse: Discourse, head: int) -> bool:
    parse = discourse.parse
    return any(
        parse.lower[c] in ("not", "n't", "n’t", "never") and parse.deps[c] == "advmod"
        for c in parse.children[head]
    )
