"""Words for a fact: "Ann", "live in", "Rome" → "Ann lives in Rome", or "Ann lived in Rome"."""

from __future__ import annotations

import re
from typing import Literal

__all__ = ["IRREGULAR_PAST", "STATE_VERBS", "is_state", "third_person", "word_fact"]

# What these say holds for a while; the others tell what happened.
STATE_VERBS = frozenset("live work reside dwell be have own possess belong".split())
# "Was married to" and "was based in" are states, as "was proud of" is; "was built in" is not.
_STATE_PARTICIPLES = frozenset(
    "married engaged divorced based employed located situated headquartered interested involved "
    "owned called known related dedicated scheduled planned priced gifted talented".split()
)
_PARTICIPLES = frozenset(
    "born built made given taken written won held found sold bought begun brought chosen done "
    "drawn driven eaten fallen fought forbidden forgotten forgiven frozen gone grown heard hidden "
    "hit hurt kept laid led left lent let lost met paid put read ridden run said seen sent set "
    "shot shown shut slain spent split spoken spread stolen struck sung sunk sworn swept taught "
    "thought thrown told torn understood woken worn woven wound".split()
)
_IRREGULAR = {"be": "is", "have": "has", "do": "does", "go": "goes"}
_MODALS = frozenset(("can", "could", "may", "might", "must", "shall", "should", "will", "would"))
_PLURAL_SUBJECTS = frozenset(("they", "we", "you", "i"))
_PASTS = (
    "become:became begin:began bear:bore beat:beat bind:bound bite:bit blow:blew break:broke "
    "bring:brought broadcast:broadcast build:built burst:burst buy:bought cast:cast "
    "catch:caught choose:chose cling:clung come:came cost:cost cut:cut deal:dealt dig:dug "
    "do:did draw:drew drink:drank drive:drove eat:ate fall:fell feed:fed feel:felt "
    "fight:fought find:found flee:fled fly:flew forbid:forbade forget:forgot forgive:forgave "
    "freeze:froze get:got give:gave go:went grow:grew hang:hung have:had hear:heard hide:hid "
    "hit:hit hold:held hurt:hurt keep:kept know:knew lay:laid lead:led leave:left lend:lent "
    "let:let lie:lay lose:lost make:made mean:meant meet:met overcome:overcame pay:paid "
    "put:put quit:quit read:read ride:rode ring:rang rise:rose run:ran say:said see:saw "
    "seek:sought sell:sold send:sent set:set shake:shook shed:shed shine:shone shoot:shot "
    "show:showed shrink:shrank shut:shut sing:sang sink:sank sit:sat sleep:slept slide:slid "
    "speak:spoke spend:spent spin:spun split:split spread:spread stand:stood steal:stole "
    "stick:stuck strike:struck strive:strove swear:swore sweep:swept swim:swam swing:swung "
    "take:took teach:taught tear:tore tell:told think:thought throw:threw oversee:oversaw "
    "undergo:underwent understand:understood undertake:undertook write:wrote upset:upset "
    "wake:woke wear:wore weave:wove win:won wind:wound withdraw:withdrew"
)
IRREGULAR_PAST = {verb: past for verb, _, past in (p.partition(":") for p in _PASTS.split())}
# Longer verbs that double their last consonant; those of one syllable follow a rule.
_DOUBLING = frozenset(
    "admit commit compel control defer equip excel expel incur infer occur omit patrol permit "
    "prefer propel rebel recur refer regret submit transfer transmit".split()
)
# "Boss", "status" and "basis" are one each.
_ONE_IN_S = ("ss", "us", "is")
_VOWELS = "aeiou"
_BEHIND = re.compile(r"\s(?:of|with|for|in|on|at|from|that|who|which)\s")


def word_fact(
    subject: str,
    predicate: str,
    obj: str,
    *,
    negated: bool,
    tense: Literal["past", "present"] = "present",
) -> str:
    """Return the fact as a statement.

    Args:
        subject: as written.
        predicate: lemmatised, with its preposition or particle: "live in".
        obj: as written; may be empty.
        negated: whether the fact is denied.
        tense: in which it was told: a past event stays past.
    """
    verb, _, rest = predicate.partition(" ")
    plural = _is_plural(subject)
    past = tense == "past"
    if verb == "be":
        said = _be(subject, past=past, plural=plural) + (" not" if negated else "")
    elif verb in _MODALS:
        said = f"{verb} not" if negated else verb
    elif negated:
        said = f"{'did' if past else 'do' if plural else 'does'} not {verb}"
    elif past:
        said = _past(verb)
    else:
        said = verb if plural else third_person(verb)
    return " ".join(part for part in (subject, said, rest, obj) if part)


def is_state(predicate: str) -> bool:
    """Whether the relation holds for a while ("live in", "be proud of"), unlike "move to".

    Args:
        predicate: lemmatised; a passive begins with "be" and the participle ("be built in").
    """
    verb, _, rest = predicate.partition(" ")
    if verb != "be":
        return verb in STATE_VERBS
    word = rest.partition(" ")[0]
    participle = word in _PARTICIPLES or (word.endswith("ed") and len(word) > len("bred"))
    return not participle or word in _STATE_PARTICIPLES


def _be(subject: str, *, past: bool, plural: bool) -> str:
    if past:
        return "were" if plural and subject.casefold() != "i" else "was"
    return "are" if plural else "is"


def _is_plural(subject: str) -> bool:
    """Whether the subject looks like many; a name is one, however it ends."""
    if subject.casefold() in _PLURAL_SUBJECTS:
        return True
    # Of "Mara's price of apples", what is many or one is the price.
    thing = _BEHIND.split(subject.rpartition("'s ")[2], maxsplit=1)[0]
    return thing[:1].islower() and thing.endswith("s") and not thing.endswith(_ONE_IN_S)


def third_person(verb: str) -> str:
    """Return a verb as it is said of one other in the present: "live" → "lives"."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if not verb.isalpha():
        return verb
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return f"{verb[:-1]}ies"
    return f"{verb}s"


def _past(verb: str) -> str:
    if verb in IRREGULAR_PAST:
        return IRREGULAR_PAST[verb]
    if not verb.isalpha():
        return verb
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return f"{verb[:-1]}ied"
    return f"{verb}{verb[-1]}ed" if _doubles(verb) else f"{verb}ed"


def _doubles(verb: str) -> bool:
    """Whether the last consonant is doubled: after one vowel in a verb of one syllable."""
    if verb in _DOUBLING:
        return True
    vowels = [at for at, letter in enumerate(verb) if letter in _VOWELS]
    # "quit" and "equip": the "u" after a "q" is no vowel, but both stand in the tables.
    return vowels == [len(verb) - 2] and verb[-1] not in "wxy" and len(verb) > len("up")
