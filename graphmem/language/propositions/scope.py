"""What stays within the scope of its governor: "afraid of losing it", "write a story where …".

Neither an "-ing" after a preposition nor a clause about a thing that is only sought has a tense or
a reference of its own: whether it is so lies in the word that it hangs on.
"""

from __future__ import annotations

from graphmem.language.propositions.asking import is_asked
from graphmem.language.propositions.discourse import Discourse

__all__ = ["has_denial", "is_in_scope", "marks"]

# After any other preposition ("by", "after", "since", "besides") the doing is as real as the rest.
_OPEN_PREPOSITIONS = frozenset("about of on for to in with against towards toward like".split())
# What one is thanked for, sorry for or tired of has been done.
_FACTIVE = frozenset(
    "thank thanks sorry apologise apologize apology forgive congratulate congratulation "
    "congrats congrat kudo kudos cheers cheer respect praise honour honor award prize medal "
    "reward credit famous blame scold criticise criticize punish fire pay fee guilty regret "
    "proud happy glad grateful thankful lucky tired sick bored weary fond busy used use "
    "accustomed admit confess contribute help spend enjoy joy fun experience memory feeling "
    "habit way process act participate involve involved engage resort return adapt adjust "
    "job".split()
)
# What these are for, they do: "my code for handling logins".
_MEANS = frozenset(
    "code implementation function feature method approach script tool route system".split()
)
# These say that it is so, unless they are denied: "did not succeed in".
_ACHIEVING = frozenset(
    "succeed success start begin keep carry go work focus concentrate insist".split()
)
_KEPT_FROM = frozenset(
    "refrain prevent stop keep ban bar discourage deter prohibit forbid far abstain dissuade "
    "block shy withdraw save".split()
)
_SEEKING = frozenset(
    "want need seek look search hunt wish hope prefer require request imagine dream try plan "
    "intend aim".split()
)
_SOUGHT_ROLES = frozenset("obj nsubj ROOT dislocated".split())
_INDEFINITE = frozenset({"a", "an", "any", "some", "another"})
_INVENTED = frozenset(
    "story tale poem song novel scene world universe scenario dream joke fiction sketch".split()
)
_LIES = frozenset(
    "lie myth fiction hoax rumour rumor falsehood misconception misunderstanding "
    "fabrication".split()
)
# Whom or what these are done to is there already.
_MET = frozenset(
    "thank call tell help visit sell introduce invite show share discuss give".split()
)
_ALL = frozenset({"everything", "everyone", "everybody"})
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_DENIALS = frozenset({"not", "n't", "n’t", "never", "no"})


def is_in_scope(discourse: Discourse, head: int, above: int) -> bool:
    """Whether the governor leaves open what hangs on it, or only likens something to it."""
    dep = discourse.parse.deps[head]
    if _is_open_doing(discourse, head, above):
        return True
    if dep in ("advcl", "ROOT"):
        return _is_comparison(marks(discourse, head))
    if dep in ("acl:relcl", "ccomp", "csubj") and _is_lie(discourse, head, above):
        return True
    if not _is_about_some(discourse, head):
        return False
    governor = discourse.parse.heads[above]
    return _is_sought(discourse, governor) or is_asked(discourse, governor)


def marks(discourse: Discourse, head: int) -> set[str]:
    """Return the words that open the clause: "if", "to", "instead of"."""
    parse = discourse.parse
    if "mark" not in parse.below[head]:
        return set()
    found = [c for c in parse.children[head] if parse.deps[c] == "mark"]
    fixed = [c for mark in found for c in parse.children[mark] if parse.deps[c] == "fixed"]
    return {parse.lower[token] for token in (*found, *fixed)}


def _is_open_doing(discourse: Discourse, head: int, above: int) -> bool:
    """Whether an "-ing" under a preposition need not have come true: "gave up on moving"."""
    parse = discourse.parse
    words = _preposition(discourse, head)
    if parse.tags[head] != "VBG" or not words or "because" in words:
        return False
    if "with" in words and "nsubj" in parse.below[head]:
        return False  # "with the kids sleeping upstairs"
    if above == head:  # "I'm against buying it", "What about buying it"
        # The parser makes a root of "thanks, Ben, for letting me join", too.
        return not words.isdisjoint(_OPEN_PREPOSITIONS - {"for"})
    lemma = discourse.lemmatize(parse.words[above], parse.tags[above])
    if "from" in words:
        return lemma in _KEPT_FROM
    if words.isdisjoint(_OPEN_PREPOSITIONS) or lemma in _FACTIVE | _MEANS:
        return False
    return lemma not in _ACHIEVING or has_denial(discourse, above)


def _preposition(discourse: Discourse, head: int) -> set[str]:
    """Return the words of the preposition over an "-ing"; none where the clause is finite."""
    parse = discourse.parse
    first = parse.child(head, "mark")
    if first is None or any(
        parse.tags[token] in _FINITE and parse.heads[token] == head
        for token in range(first + 1, head)
    ):
        return set()
    return marks(discourse, head)


def _is_about_some(discourse: Discourse, head: int) -> bool:
    """Whether a relative clause tells which thing is meant, of those that need not exist.

    The past tense ("a garden that I planted") is of a thing that there is, but in a story.
    """
    parse = discourse.parse
    noun = parse.heads[head]
    if parse.deps[head] != "acl:relcl" or not _is_indefinite(discourse, noun):
        return False
    first = min(parse.subtree(head))
    if "," in (parse.lower[first], parse.lower[max(first - 1, 0)]):
        return False
    dep = parse.deps[noun]
    if dep not in _SOUGHT_ROLES and (dep != "obl" or discourse.case(noun) not in ("for", "in")):
        return False
    past = parse.tags[head] == "VBD" or any(
        parse.tags[c] == "VBD" and parse.deps[c].startswith(("aux", "cop"))
        for c in parse.children[head]
    )
    return not past or parse.lower[noun] in _INVENTED


def _is_indefinite(discourse: Discourse, noun: int) -> bool:
    parse = discourse.parse
    if parse.tags[noun] not in ("NN", "NNS", "CD") or discourse.is_named(noun):
        return False
    dets = [c for c in parse.children[noun] if parse.deps[c] in ("det", "nmod:poss")]
    return parse.lower[noun] not in _ALL and all(parse.lower[c] in _INDEFINITE for c in dets)


def _is_sought(discourse: Discourse, verb: int) -> bool:
    """Whether a verb wants its object, or is an order: "looking for", "want to buy", "write"."""
    parse = discourse.parse
    lemma = discourse.lemmatize(parse.words[verb], parse.tags[verb])
    if lemma in _MET:
        return False
    would = any(parse.lower[c] in ("would", "'d", "’d") for c in parse.children[verb])
    if lemma in _SEEKING or (would and lemma in ("like", "love")):
        return True
    if parse.deps[verb] == "xcomp" and parse.heads[verb] != verb:
        return _is_sought(discourse, parse.heads[verb])
    return parse.tags[verb] == "VB" and parse.below[verb].isdisjoint(
        ("nsubj", "mark", "aux", "cop")
    )


def _is_lie(discourse: Discourse, head: int, above: int) -> bool:
    """Whether a clause is what a lie says: "it's a myth that …", not "a lie that he told"."""
    parse = discourse.parse
    lemma = discourse.lemmatize(parse.words[above], parse.tags[above])
    if lemma not in _LIES or has_denial(discourse, above):
        return False
    that = next((c for c in parse.children[head] if parse.lower[c] == "that"), None)
    return that is None or parse.deps[that] in ("mark", "obl:unmarked")


def _is_comparison(words: set[str]) -> bool:
    """Whether the words that open a clause only liken something to it."""
    return "like" in words or {"as", "though"} <= words or {"as", "if"} <= words


def has_denial(discourse: Discourse, head: int) -> bool:
    """Whether "not", "never" or "no" hangs on a word itself."""
    parse = discourse.parse
    return any(
        parse.lower[c] in _DENIALS and parse.deps[c] in ("advmod", "det")
        for c in parse.children[head]
    )
