"""Which language a text is in: script shares first, then py3langid. No I/O but its model, which is in the wheel."""

import re
from functools import lru_cache

from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.scripts import letters_of, scripts_of
from kb_pipeline.steps.language.tags import UNDETERMINED

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
    if not (common := _common_words(language)):
        return False
    words = text.lower().split()
    return sum(map(common.__contains__, words)) * 8 >= max(len(words), 8)


@lru_cache(maxsize=256)
def _common_words(language: str) -> frozenset[str]:
    """Words of one language and of no other: a market's own text is full of them, and needs no classifier (380 µs)."""
    return frozenset(language_of(language).common_words)


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
