"""Words as a search compares them: in small Latin letters, whatever script they were written in."""

import unicodedata

# Letter by letter, the way most passports have it; what a search finds, never what is shown.
CYRILLIC = {
    **dict(zip("абвгдезиклмнопрстуфыэ", "abvgdeziklmnoprstufye", strict=True)),
    "ж": "zh",
    "й": "i",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "",
    "ь": "",
    "ю": "iu",
    "я": "ia",
    "ё": "e",
    # Ukrainian, Belarusian, Kazakh, Bashkir, Kyrgyz, Mongolian; Serbian and Macedonian.
    "і": "i",
    "ї": "i",
    "є": "e",
    "ґ": "g",
    "ў": "u",
    "қ": "k",
    "ғ": "g",
    "ң": "n",
    "ө": "o",
    "ү": "u",
    "ұ": "u",
    "һ": "h",
    "ә": "a",
    "ј": "j",
    "љ": "lj",
    "њ": "nj",
    "ћ": "c",
    "ђ": "dj",
    "џ": "dz",
}
TABLE = str.maketrans(CYRILLIC | {"ß": "ss", "ı": "i", "ø": "o", "đ": "d", "ł": "l", "æ": "ae"})


def searchable(text: str) -> str:
    """What is looked through: small letters without marks, Cyrillic beside its Latin spelling."""
    plain = _without_marks(text)
    latin = plain.translate(TABLE)
    return plain if latin == plain else f"{plain} {latin}"


def sought(text: str) -> list[str]:
    """The words looked for, in the one spelling that every script is found by."""
    return _without_marks(text).translate(TABLE).split()


def _without_marks(text: str) -> str:
    """“Ё” as “е”, “é” as “e”: a search does not tell them apart. An apostrophe is left out."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = (one for one in letters if not unicodedata.combining(one) and one not in "'’ʼ`")
    return " ".join("".join(kept).split())
