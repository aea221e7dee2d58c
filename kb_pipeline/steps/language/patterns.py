"""Regular expressions made of the words of a language: the longest first, Latin ones whole. No words here.

A word of a script that writes spaces ends where its letters end (`not` is not in `nothing`), one of another script may stand
anywhere. `kein*` is a word that goes on, `*n't` one that begins before. An apostrophe is met straight or curved.
"""

import re
from collections.abc import Iterable, Iterator

from kb_pipeline.steps.language.definition_words import Wording

# A letter of a written word: Latin, Greek, Cyrillic, Semitic and Indic scripts, Hangul, digits. Thai, Han and kana are not.
LETTER = "A-Za-z0-9\u00c0-\u0dff\u1e00-\u1fff\uac00-\ud7a3"
NEVER = "(?!)"
_SPACED = re.compile(f"[{LETTER}]")


def is_spaced(word: str) -> bool:
    """Whether a word is of a script that writes spaces between words."""
    return _SPACED.match(word) is not None


def longest_first(words: Iterable[str]) -> list[str]:
    """Each word once, so that none hides a longer one."""
    return sorted(dict.fromkeys(words), key=len, reverse=True)


def literal(word: str) -> str:
    """The regular expression of a word, wherever it stands."""
    return re.escape(word).replace("'", "['’]")


def any_of(words: Iterable[str]) -> str:
    """The regular expression of any of the words, wherever they stand; one that never matches for none."""
    return "|".join(map(literal, longest_first(words))) or NEVER


def whole(word: str) -> str:
    """The regular expression of a word that is whole, where its script has spaces."""
    bare = word.strip("*")
    before = r"\b\w+" if word[0] == "*" else r"\b" if is_spaced(bare[0]) else ""
    after = r"\w*\b" if word[-1] == "*" else r"\b" if is_spaced(bare[-1]) else ""
    return f"{before}{literal(bare)}{after}"


def whole_words(wording: Wording, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str] | None:
    """Any of a wording's words, whole, and its patterns; None if it has none."""
    if not wording:
        return None
    plain = [word for word in longest_first(wording.words) if _is_plain(word)]
    others = [whole(word) for word in longest_first(wording.words) if not _is_plain(word)]
    return re.compile("|".join((*wording.patterns, *_by_first_letter(plain), *others)), flags)


def _by_first_letter(words: list[str]) -> Iterator[str]:
    """The words as regular expressions that begin with a letter and not with a word's edge: the engine skips to these."""
    for letter in dict.fromkeys(word[0] for word in words):
        rests = "|".join(literal(word[1:]) for word in words if word[0] == letter)
        yield rf"{letter}(?<=\b{letter})(?:{rests})\b"


def _is_plain(word: str) -> bool:
    return "*" not in (word[0], word[-1]) and is_spaced(word[0]) and is_spaced(word[-1])


def parts(wording: Wording, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str] | None:
    """Any of a wording's words as letters that stand anywhere, and its patterns; None if it has none."""
    if not wording:
        return None
    return re.compile("|".join((*wording.patterns, *map(literal, longest_first(wording.words)))), flags)
