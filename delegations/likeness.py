"""When two names are those of one person: written in another script, order or spelling."""

import re

from portal.search import sought

# What passports and keyboards make of the same letters, one after the other.
SPELLINGS = (
    ("shch", "sh"),
    ("zh", "j"),
    ("kh", "h"),
    ("ts", "c"),
    ("iy", "i"),
    ("yi", "i"),
    ("ey", "e"),
    ("yu", "iu"),
    ("ju", "iu"),
    ("ya", "ia"),
    ("ja", "ia"),
    ("y", "i"),
    ("ph", "f"),
    ("x", "ks"),
)
# Words that say whose child somebody is, and are left out as often as not.
LINKS = {"bin", "binti", "bt", "al", "ap", "anak", "ibn"}


def folded(*names: str) -> set[str]:
    """Each name as names are compared: no script, no case, no marks, no order of words."""
    return {" ".join(sorted(words)) for words in map(sought, names) if words}


def loosened(*names: str) -> set[str]:
    """The same however the letters were spelled; for a suspicion, never for a certainty."""
    return {" ".join(sorted(map(_spelled, name.split()))) for name in folded(*names)} - {""}


def _spelled(word: str) -> str:
    for spelling, plain in SPELLINGS:
        word = word.replace(spelling, plain)
    return re.sub(r"(.)\1+", r"\1", word)


def alike(one: set[str], other: set[str]) -> bool:
    """Whether of two people's loosened names one holds all the words of the other."""
    return any(_alike(left.split(), right.split()) for left in one for right in other)


def _alike(one: list[str], other: list[str]) -> bool:
    left, right = set(one) - LINKS, set(other) - LINKS
    fewer, more = sorted((left, right), key=len)
    return len(fewer) >= 2 and fewer <= more
