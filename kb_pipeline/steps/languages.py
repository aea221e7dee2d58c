"""Which language a text is in: script shares first, then py3langid. No I/O but its model, which is in the wheel."""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from babel import Locale, UnknownLocaleError

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
# A script that speaks for its language. Product names and code bring Latin into every text, so shares are small:
# a Japanese text has at least a tenth of kana beside its Han, and Thai help pages are down to a fifth Thai letters.
_SHARES = (("Thai", 0.15, "th"), ("Kana", 0.05, "ja"), ("Hang", 0.15, "ko"), ("Hani", 0.15, "zh-CN"))
_SAMPLE = 4000  # characters: more does not change the answer
# The languages that py3langid may answer with, by the text's first script: a short text looks like anything.
_CANDIDATES = {
    "Latn": re.compile("cs|da|de|en|es|fi|fr|hu|id|it|ms|nb|nl|pl|pt|ro|sv|tl|tr|vi"),
    "Cyrl": re.compile("bg|kk|ru|sr|uk"),
    "Arab": re.compile("ar|fa|ur"),
    "Deva": re.compile("hi|mr|ne"),
}
UNDETERMINED = "und"


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


def detect(text: str) -> str:
    """The BCP-47 tag of the language that most of `text` is in; `und` when it has no letters."""
    scripts = scripts_of(text[: _SAMPLE * 5])
    total = scripts.total()
    if not total:
        return UNDETERMINED
    scripts["Kana"] += scripts["Hira"]
    for script, share, tag in _SHARES:
        if scripts[script] / total >= share:
            return tag
    return _classify(text[:_SAMPLE])


def language_name(tag: str) -> str:
    """The English name of a BCP-47 tag's language, e.g. `Thai` for `th-TH`; the tag itself if it has none."""
    if tag == UNDETERMINED:
        return tag
    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (UnknownLocaleError, ValueError):
        return tag


def _classify(text: str) -> str:
    import py3langid  # noqa: PLC0415  its model takes 0.2 s to load

    ranked: list[tuple[str, float]] = py3langid.rank(text)
    script = scripts_of(text).most_common(1)[0][0]
    candidates = _CANDIDATES.get(script, re.compile("[a-z]+"))
    return next((tag for tag, _ in ranked if candidates.fullmatch(tag)), UNDETERMINED)
