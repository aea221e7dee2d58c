"""Which script letters are of, by ISO 15924 codes. Knows letters, not languages. No I/O."""

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache

# First word of a letter's Unicode name -> ISO 15924. Han is not told apart into Hans and Hant.
_SCRIPTS = {
    "LATIN": "Latn",
    "FULLWIDTH": "Latn",
    "THAI": "Thai",
    "CJK": "Hani",
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "KATAKANA-HIRAGANA": "Kana",
    "HALFWIDTH": "Kana",
    "HANGUL": "Hang",
    "CYRILLIC": "Cyrl",
    "GREEK": "Grek",
    "ARABIC": "Arab",
    "HEBREW": "Hebr",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "TAMIL": "Taml",
    "LAO": "Laoo",
    "KHMER": "Khmr",
    "MYANMAR": "Mymr",
}
# The blocks of each script, as the inside of a regex's class: enough to dismiss ordinary text in one scan.
_BLOCKS = {
    "Latn": "A-Za-z\u00c0-\u024f\u1e00-\u1eff",
    "Thai": "\u0e01-\u0e3a\u0e40-\u0e5b",
    "Hani": "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    "Hira": "\u3041-\u309f",
    "Kana": "\u30a0-\u30ff\uff66-\uff9f",
    "Hang": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3",
    "Cyrl": "\u0400-\u052f",
    "Grek": "\u0370-\u03ff",
    "Arab": "\u0600-\u06ff\u0750-\u077f",
    "Hebr": "\u0590-\u05ff",
    "Deva": "\u0900-\u097f",
}
_OF_NO_SCRIPT = "\u0000-@\\[-`{-\u00bf\u2000-\u2bff\u3000-\u3004\u3008-\u3020\ufe00-\ufe0f\U0001f000-\U0001faff"


@lru_cache(maxsize=8192)
def script_of(letter: str) -> str | None:
    """The ISO 15924 code of a letter or vowel mark; `Zyyy` for a script without a row here, None if it is no letter."""
    if unicodedata.category(letter)[0] not in "LM":
        return None
    return _SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0], "Zyyy")


def scripts_of(text: str) -> Counter[str]:
    """How many letters (vowel marks included) of each script `text` has, by ISO 15924 code; both kana are `Kana`/`Hira`."""
    scripts = Counter[str]()
    for letter, count in Counter(text).items():
        if script := script_of(letter):
            scripts[script] += count
    return scripts


@cache
def letters_of(scripts: tuple[str, ...]) -> re.Pattern[str] | None:
    """Matches runs of letters of the scripts (ISO 15924 codes); None when none of them has a row here."""
    blocks = "".join(_BLOCKS.get(script, "") for script in scripts)
    return re.compile(f"[{blocks}]+") if blocks else None


@cache
def beyond(scripts: tuple[str, ...]) -> re.Pattern[str]:
    """Matches what may be a letter of another script: a text without a match has none."""
    return re.compile(f"[^{_OF_NO_SCRIPT}{''.join(_BLOCKS.get(script, '') for script in scripts)}]")
