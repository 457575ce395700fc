"""Which language a text is in, by script and by the share of very common words."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, repeat

__all__ = ["detect_language"]

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SCRIPTS = (
    ("ja", "\u3040", "\u30ff"),
    ("ko", "\uac00", "\ud7af"),
    ("zh", "\u4e00", "\u9fff"),
    ("ru", "\u0400", "\u04ff"),
    ("el", "\u0370", "\u03ff"),
    ("he", "\u0590", "\u05ff"),
    ("ar", "\u0600", "\u06ff"),
    ("hi", "\u0900", "\u097f"),
    ("th", "\u0e00", "\u0e7f"),
)
_COMMON = {
    "en": "the of and to in a is was for on that with as it by he she at his her from be are an "
    "were this which i you my we they not have has had but or their what who do did can will "
    "would there about so if me your just been its when how all also one more get got it's i'm "
    "don't that's up out no yes him them our us like then than into some",
    "de": "der die das und ist in den von zu mit sich des auf für im dem nicht ein eine als auch "
    "es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über ich wir "
    "war haben wurde oder aber",
    "fr": "le la les de des et est en un une du que qui dans pour pas au sur par plus avec ce il "
    "elle sont se ne à été je nous vous cette mais ou son sa ses aux était l'on",
    "es": "el la los las de del y es en un una que por con para se no su al lo como más fue este "
    "esta pero sus ha son era yo muy entre cuando desde nos está",
    "it": "il lo la gli le di del della e è in un una che per con non si da al dei nel sono come "
    "più anche ma ha alla questo era stato suo dal delle i nella",
    "pt": "o a os as de do da e é em um uma que por com para se não no na ao dos das mais foi "
    "como mas seu sua ou ser são quando muito está pelo",
    "nl": "de het een en van in is dat op te zijn met voor niet aan er die was ook door als bij "
    "naar maar om uit hij ze wordt heeft werd nog deze tot",
    "sv": "och det att i en är som på av för den med till inte har om ett var jag men de han från "
    "vi sig så kan när hon efter vid också",
    "pl": "i w na z do się nie jest że to o jak po od za co dla był przez ale tym jego być są "
    "oraz przy tak może został która który",
    "tr": "ve bir bu da de için ile olarak çok daha en olan gibi ne kadar ama o var sonra değil "
    "ben her mi ki tarafından",
    "id": "yang dan di dari ini itu dengan untuk pada adalah ke tidak dalam akan oleh sebagai "
    "juga ada atau saya mereka telah karena bisa",
    "cs": "a v na se je že s z do o to jako by pro i po jsem byl ve ale od jeho které tak si není "
    "který jsou byla také když",
}  # fmt: skip
_WORDS = {code: frozenset(words.split()) for code, words in _COMMON.items()}
_SAMPLE = 2000  # characters
_FEW_WORDS = 12
_ENGLISH_BAR = 0.12
_TABLE_BAR = 0.03


# The languages that have a word.
_CODES = {
    word: tuple(code for code, known in _WORDS.items() if word in known)
    for word in frozenset().union(*_WORDS.values())
}


def detect_language(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language; None where it is too short to tell.

    A short text that no language claims counts as English, if its letters are Latin: chat is
    full of "Wow, cool!". Words of two languages ("no", "in") count for both.
    """
    sample = text[:_SAMPLE]
    script = _foreign_script(sample)
    if script is not None:
        return script
    words = list(map(str.lower, _WORD.findall(sample)))
    if not words:
        return None
    hits = Counter(dict.fromkeys(_WORDS, 0))
    hits.update(chain.from_iterable(map(_CODES.get, words, repeat(()))))
    english = hits.pop("en")
    # A tie goes to the language that comes first by code.
    best = max(sorted(hits), key=lambda code: hits[code])
    if len(words) <= _FEW_WORDS:
        return best if hits[best] >= 2 and hits[best] > english + 1 else "en"
    if hits[best] > english and hits[best] >= _ENGLISH_BAR * len(words):
        return best
    if english >= _ENGLISH_BAR * len(words):
        return "en"
    return _undecided(english, hits[best], words)


def _undecided(english: int, other: int, words: list[str]) -> str | None:
    """Tables, code and headings have few common words: a few English ones are enough then."""
    plain = sum(word.isascii() for word in words) >= 0.97 * len(words)
    return "en" if plain and english > other and english >= _TABLE_BAR * len(words) else None


def _foreign_script(sample: str) -> str | None:
    if sample.isascii():
        return None
    letters = [character for character in sample if character.isalpha()]
    foreign = [character for character in letters if character >= "\u0370"]
    if len(foreign) * 2 <= len(letters):
        return None
    for code, first, last in _SCRIPTS:
        share = sum(first <= character <= last for character in foreign)
        # Japanese mixes its own syllables with Chinese characters.
        if share * (8 if code == "ja" else 2) > len(foreign):
            return code
    return None
