"""Content words of a text, in forms that can be compared. No I/O but the dictionaries, which are in the wheels."""

import re
from functools import cache, lru_cache

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.language.words import words

# Words that carry no claim of their own. Negations are not among them: they carry the most.
_STOP = {
    "en": "a an the and or but if then than so as at by for from in "
    "into of off on onto out over to up with about after before "
    "is are was were be been being am do does did have has had "
    "can could may might will would shall should must i you he she it "
    "we they me him her us them my your his its our their this "
    "that these those there here what which who whom whose when where "
    "why how all any both each more most other some such only own same too very just also please s t re ve ll d m yes",
    "zh": "的 了 在 是 我 您 你 他 她 它 们 我们 您们 你们 和 与 及 或 也 "
    "都 就 而 但 吗 呢 吧 啊 请 可以 能 会 要 将 把 被 对 从 到 为 "
    "以 于 这 那 个 一个 什么 怎么 如何 哪 有 后 时 中 上 下 内 并 等",
}  # fmt: skip
_SUFFIX = re.compile(r"(?:ies|ied|ing|edly|ed|es|ly|s|e|y)$")


@lru_cache(maxsize=16384)
def content_words(text: str, language: str) -> frozenset[str]:
    """The words of `text` that carry meaning: lower case, English ones stemmed, stop words left out."""
    stop = stop_words(primary(language))
    found = (word.casefold() for word in words(comparison_key(text), language))
    return frozenset(stem(word) for word in found if word not in stop)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """An English word without its ending, crudely (`cancelled`, `cancels` -> `cancel`); other words as they are."""
    if not word.isascii() or len(word) < 4:
        return word
    bare = _SUFFIX.sub("", word.removesuffix("'s"))
    if len(bare) > 3 and bare[-1] == bare[-2]:
        bare = bare[:-1]
    return bare if len(bare) > 2 else word


@lru_cache(maxsize=16384)
def stems(text: str, language: str) -> tuple[str, ...]:
    """All words of `text` in order, in lower case, English ones stemmed."""
    return tuple(stem(word.casefold()) for word in words(comparison_key(text), language))


@cache
def stop_words(language: str) -> frozenset[str]:
    """The words of a primary language that carry no claim of their own; none for a language without a list."""
    if language == "th":
        from pythainlp.corpus import thai_stopwords  # noqa: PLC0415  loads a word list

        return frozenset(thai_stopwords()) - {"ไม่", "ไม่ได้", "ห้าม", "ก่อน", "หลัง", "ยัง"}
    return frozenset(_STOP.get(language, "").split())
