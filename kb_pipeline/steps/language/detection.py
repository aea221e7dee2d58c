"""Which language a text is in: script shares first, then py3langid. No I/O but its model, which is in the wheel."""

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache

from kb_pipeline.steps.language.tags import UNDETERMINED

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
# A script that speaks for its language. Product names and code bring Latin into every text, so shares are small:
# a Japanese text has at least a tenth of kana beside its Han, and Thai help pages are down to a fifth Thai letters.
_SHARES = (("Thai", 0.15, "th"), ("Kana", 0.05, "ja"), ("Hang", 0.15, "ko"), ("Hani", 0.15, "zh-CN"))
# Words of one language and of no other here: a market's own text is full of them, and needs no classifier (380 µs).
_COMMON_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of to and is are you your for from with by this that it can if be we our when not",
        "de": "der und ist sind nicht ein eine einen zu mit für auf sie ihre den dem wird werden können wenn",
        "es": "el los las que y una por para con su está puede desde cuando pero",
        "id": "yang dan di untuk dengan anda dari tidak ini itu akan dapat bisa pada jika",
    }.items()
}
_SAMPLE = 4000  # characters: more does not change the answer
# The languages that py3langid may answer with, by the text's first script: a short text looks like anything.
_CANDIDATES = {
    "Latn": re.compile("cs|da|de|en|es|fi|fr|hu|id|it|ms|nb|nl|pl|pt|ro|sv|tl|tr|vi"),
    "Cyrl": re.compile("bg|kk|ru|sr|uk"),
    "Arab": re.compile("ar|fa|ur"),
    "Deva": re.compile("hi|mr|ne"),
}


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


def is_plainly(language: str, text: str) -> bool:
    """Whether the letters or the commonest words of `text` leave no doubt that it is in `language`; False says nothing.

    Own letters must have the share that `detect` asks for; own function words must be every eighth word.
    """
    for script, share, tag in _SHARES:
        own = letters_of((script, "Hira") if script == "Kana" else (script,))
        found = sum(map(len, own.findall(text))) if own else 0
        if tag.partition("-")[0] == language:
            return found >= share * len(text)
        if found:
            return False
    if (common := _COMMON_WORDS.get(language)) is None:
        return False
    words = text.lower().split()
    return sum(map(common.__contains__, words)) * 8 >= max(len(words), 8)


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


def _classify(text: str) -> str:
    import py3langid  # noqa: PLC0415  its model takes 0.2 s to load

    ranked: list[tuple[str, float]] = py3langid.rank(text)
    script = scripts_of(text).most_common(1)[0][0]
    candidates = _CANDIDATES.get(script, re.compile("[a-z]+"))
    return next((tag for tag, _ in ranked if candidates.fullmatch(tag)), UNDETERMINED)
