"""The forms that a word takes in running text, for languages that inflect: by English spelling, or by a list of endings.

No I/O but the files of languages, which hold the irregular forms and the endings.

Forms are generous: a form that nobody writes finds nothing, a form that is missing hides a term.
"""

import re
from functools import cache, lru_cache

from kb_pipeline.steps.language.patterns import LETTER, any_of
from kb_pipeline.steps.language.reader import language_of

_SIBILANT = re.compile("(?:s|x|z|ch|sh)$")
_DOUBLING = re.compile("(?:[^aeiou]|qu)[aeiou][^aeiouwxy]$")  # ship, tap, cancel: one vowel between consonants
_COMPOUND = 6  # letters from which a German noun is looked for inside compounds; `Kunde` would be met in `Sekunde`
_UMLAUTS = {"a": "[aä]", "o": "[oö]", "u": "[uü]"}


@cache
def english_forms(word: str) -> frozenset[str]:
    """All forms of a lower-case English word: `cancel` also is cancels, canceled, cancelled, canceling, cancelling."""
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return frozenset((word,))
    if irregular := _irregular().get(word):
        return irregular
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


@cache
def _irregular() -> dict[str, frozenset[str]]:
    return {forms[0]: frozenset(forms) for forms in language_of("en").inflection.irregular}


def forms_by_endings(word: str, language: str) -> tuple[str, str]:
    """What all forms of a word share, and a regular expression of them, for lower-case text; as German inflects.

    A noun is written as in the term base, capitalized.

    A noun of `_COMPOUND` letters and more is also met inside compounds (`Sammelbestellungen`), as the whole compound; a
    verb as its regular forms (`stornieren`, `storniert`; `kaufen`, `gekauft`).
    """
    bare, (noun_endings, verb_endings) = word.lower(), _endings(language)
    if word[:1].isupper() and len(word) >= _COMPOUND:
        return _compound(bare, language)
    if word[:1].islower() and word.endswith("en") and len(word) > 4:
        return bare[:-2], f"(?:ge)?{re.escape(bare[:-2])}{verb_endings}"
    if len(word) < 3:
        return bare, re.escape(bare)
    vowel = max(bare.rfind(v) for v in "aou") if word[:1].isupper() else -1
    vowel -= bare[max(vowel - 1, 0) : vowel + 1] == "au"  # Kauf, Käufe
    if vowel < 1:
        return bare, re.escape(bare) + noun_endings
    before, after = bare[:vowel], bare[vowel + 1 :]
    return max(before, after, key=len), f"{re.escape(before)}{_UMLAUTS[bare[vowel]]}{re.escape(after)}{noun_endings}"


def _compound(noun: str, language: str) -> tuple[str, str]:
    """The same of a noun wherever a compound has it; as its first part it may lose its ending: Rücksendekosten."""
    lost = next((end for end in language_of(language).inflection.lost_in_compounds if noun.endswith(end)), "")
    stem = noun.removesuffix(lost) if lost else noun
    if not lost or len(stem) < _COMPOUND:
        return noun, f"[{LETTER}]*{re.escape(noun)}[{LETTER}]*"
    verb = f"{_endings(language)[1]}(?![{LETTER}])"
    return stem, f"[{LETTER}]*{re.escape(stem)}(?:{re.escape(lost)}[{LETTER}]*|(?!{verb})[{LETTER}]{{4,}})"


@lru_cache(maxsize=256)
def _endings(language: str) -> tuple[str, str]:
    """Regular expressions of what nouns may end with, and verbs."""
    inflection = language_of(language).inflection
    return f"(?:{any_of(inflection.noun_endings)})?", f"(?:{any_of(inflection.verb_endings)})"
