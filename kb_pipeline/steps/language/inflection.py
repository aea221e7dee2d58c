"""The forms that a word takes in running text, for languages that inflect: English in full, German by its endings. No I/O.

Forms are generous: a form that nobody writes finds nothing, a form that is missing hides a term.
"""

import re
from functools import cache

_IRREGULAR = {
    form: frozenset(row.split())
    for row in (
        "buy buys buying bought", "choose chooses choosing chose chosen", "find finds finding found",
        "get gets getting got gotten", "hold holds holding held", "keep keeps keeping kept", "leave leaves leaving left",
        "lose loses losing lost", "make makes making made", "pay pays paying paid", "sell sells selling sold",
        "send sends sending sent", "withdraw withdraws withdrawing withdrew withdrawn", "write writes writing wrote written",
        "person persons people", "child children", "man men", "woman women",
    )
    for form in row.split()[:1]
}  # fmt: skip
_SIBILANT = re.compile("(?:s|x|z|ch|sh)$")
_DOUBLING = re.compile("(?:[^aeiou]|qu)[aeiou][^aeiouwxy]$")  # ship, tap, cancel: one vowel between consonants
# A letter of a written word: Latin, Greek, Cyrillic, Semitic and Indic scripts, Hangul, digits. Thai, Han and kana are not.
LETTER = "A-Za-z0-9\u00c0-\u0dff\u1e00-\u1fff\uac00-\ud7a3"
_GERMAN_ENDINGS = "(?:e|en|er|ern|em|es|s|n|nen|se|sen)?"
_GERMAN_VERB = "(?:en|e|st|t|est|et|te|ten|test|tes|ter|tem|end[a-z]{0,2})"
_COMPOUND = 6  # letters from which a German noun is looked for inside compounds; `Kunde` would be met in `Sekunde`
_UMLAUTS = {"a": "[aä]", "o": "[oö]", "u": "[uü]"}


@cache
def english_forms(word: str) -> frozenset[str]:
    """All forms of a lower-case English word: `cancel` also is cancels, canceled, cancelled, canceling, cancelling."""
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return frozenset((word,))
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    bare = word[:-1]
    if word[-1] == "y" and word[-2] not in "aeiou":
        return frozenset((word, f"{bare}ies", f"{bare}ied", f"{word}ing"))
    if word[-1] == "e":
        ing = f"{word[:-2]}ying" if word.endswith("ie") else f"{word}ing" if word[-2] in "eoy" else f"{bare}ing"
        return frozenset((word, f"{word}s", f"{word}d", ing))
    plural = f"{word}es" if _SIBILANT.search(word) else f"{word}s"
    found = {word, plural, f"{word}ed", f"{word}ing"}
    if _DOUBLING.search(word):
        found |= {f"{word}{word[-1]}ed", f"{word}{word[-1]}ing"}
    return frozenset(found)


def german_forms(word: str) -> tuple[str, str]:
    """What all forms of a German word share, and a regular expression of them, for lower-case text.

    A noun is written as in the term base, capitalized.

    A noun of `_COMPOUND` letters and more is also met inside compounds (`Sammelbestellungen`), as the whole compound; a
    verb as its regular forms (`stornieren`, `storniert`; `kaufen`, `gekauft`).
    """
    bare = word.lower()
    if word[:1].isupper() and len(word) >= _COMPOUND:
        return bare, f"[{LETTER}]*{re.escape(bare)}[{LETTER}]*"
    if word[:1].islower() and word.endswith("en") and len(word) > 4:
        return bare[:-2], f"(?:ge)?{re.escape(bare[:-2])}{_GERMAN_VERB}"
    if len(word) < 3:
        return bare, re.escape(bare)
    vowel = max(bare.rfind(v) for v in "aou") if word[:1].isupper() else -1
    vowel -= bare[max(vowel - 1, 0) : vowel + 1] == "au"  # Kauf, Käufe
    if vowel < 1:
        return bare, re.escape(bare) + _GERMAN_ENDINGS
    before, after = bare[:vowel], bare[vowel + 1 :]
    return max(before, after, key=len), f"{re.escape(before)}{_UMLAUTS[bare[vowel]]}{re.escape(after)}{_GERMAN_ENDINGS}"
