"""Whether the target says all that the source says, and no more. By lengths and structure; it needs no model.

A length is judged against two explanations: all is there, or one of the source's sentences is gone. Calibrated
on 2,819 English-Thai blocks that professionals translated; see docs/benchmarks.md.
"""

import math
import re
from collections.abc import Iterator

from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.facts.numbers import primary

# Letters and vowel marks that a language needs for 100 English letters. Thai: the median of the blocks above (106);
# the others are rules of thumb of the trade, so that far more must be missing before they count (`_UNSURE`).
_LETTERS = {"en": 100, "th": 106, "zh": 36, "ja": 55, "ko": 58, "de": 114, "es": 112, "fr": 115, "pt": 110, "id": 108}
_MEASURED = {("en", "th")}
_UNSURE = 1.6
# Standard deviation of the logarithm of the length ratio: sqrt(STEADY + SHORT / (letters + BASE)); the blocks' own.
_STEADY, _SHORT, _BASE = 0.0049, 2.0, 3.0
# How much likelier than "all is there" it must be that a sentence is gone (difference of log likelihoods). At 2.0, 0.3 % of
# the blocks, and 85 % of 629 that lost a sentence; at 1.5, 0.5 % and 88 %; more needs the meaning (rule `meaning-drift`).
_EVIDENCE = 2.0
_FAR = 3.2  # deviations that no translator's freedom explains: for texts of one sentence, and for additions
_CLEARLY_LESS = 0.82  # of the usual length as it stands, markup and all; above it nothing is counted
_CLEARLY_MORE = 1.3
_FEWEST = 20  # letters: below, a label is as long as it likes
_CLAIM = 12  # letters of the shortest sentence that could be missed
_UNSAID = re.compile(r"\]\([^)\s]*\)|https?://\S+|<[^>\n]{1,200}>|`[^`\n]*`|\{[^{}\n]{0,80}\}")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
_OTHER = re.compile("[\u0370-\u1fff\u3040-\uffef]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])['\")*_\]]*\s+(?=[\"'(*_\[]*[A-Z])|[。！？]|\n")
_ITEM = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,3}[.)]|\||#{1,6})[ \t]", re.MULTILINE)
_END = re.compile(r"[.!?](?=['\")*_\]]*\s+[\"'(*_\[]*[A-Z])|[。！？](?=\s*[^\s」』）])")
_GAP = re.compile(r"\s+|[。！？；](?!\s)")


@rule("omission", MqmCategory.ACCURACY, Severity.MAJOR)
def omission(subject: Subject) -> Iterator[Flaw]:
    """Nothing of the source is left out: no list item, no sentence; by structure, and by what its sentences' lengths say."""
    source, target = subject.source_text, subject.target_text
    if (lost := _items_more(source, target)) > 0:
        yield Flaw(f"{lost} of the source's list items, headings or table rows are missing; say each of them")
    elif len(target) < _CLEARLY_LESS * _usual(subject)[0] * len(source) and _is_short(source, target, subject):
        yield Flaw("the text says clearly less than the source; say everything that the source says")
    elif len(target) < len(source) and len(_END.findall(source)) > len(_GAP.findall(target.strip())):
        yield Flaw("the text has fewer sentences than the source; say everything that the source says")


@rule("addition", MqmCategory.ACCURACY, Severity.MAJOR)
def addition(subject: Subject) -> Iterator[Flaw]:
    """Nothing is added: no list item, and not far more text than the source's usually becomes."""
    source, target = subject.source_text, subject.target_text
    ratio, doubt = _usual(subject)
    if (more := _items_more(target, source)) > 0:
        yield Flaw(f"{more} list items, headings or table rows are not in the source; leave them out")
    elif len(target) > _CLEARLY_MORE * ratio * len(source):
        before, after, _ = _letters(source, target)
        if before >= _FEWEST and _deviation(before * ratio, after) > _FAR * doubt:
            yield Flaw("the text says clearly more than the source; say only what the source says")


def _items_more(one: str, other: str) -> int:
    """By how many list items, headings and table rows `one` has more than `other`; 0 for texts of one line."""
    if "\n" not in one.strip() and "\n" not in other.strip():
        return 0
    return len(_ITEM.findall(one)) - len(_ITEM.findall(other))


def _usual(subject: Subject) -> tuple[float, float]:
    """How many letters of the target stand for one of the source, and the factor of doubt on the thresholds."""
    pair = primary(subject.source_language), subject.market.language
    if pair[0] == pair[1]:
        return 1.0, _UNSURE
    ratio = _LETTERS.get(pair[1], 100) / _LETTERS.get(pair[0], 100)
    return ratio, 1.0 if pair in _MEASURED else _UNSURE


def _is_short(source: str, target: str, subject: Subject) -> bool:
    """Whether the length is better explained by one of the source's sentences being gone than by all being there."""
    ratio, doubt = _usual(subject)
    before, after, stay = _letters(source, target)
    usual = before * ratio
    whole = _deviation(usual, after)
    if before < _FEWEST or whole > -0.5:
        return False
    if whole < -_FAR * doubt:
        return True
    sizes = [_size(part, stay) for part in _SENTENCE_END.split(_UNSAID.sub(" ", source))]
    if sum(size > 0 for size in sizes) < 2:
        return False
    without = (_deviation(usual * (1 - size / sum(sizes)), after, usual) for size in sizes if size > _CLAIM)
    return max((whole**2 - gone**2 for gone in without), default=0.0) > 2 * _EVIDENCE * doubt**2


def _deviation(usual: float, letters: float, whole: float = 0.0) -> float:
    """By how many standard deviations (of a text of `whole` letters) `letters` are more or, negative, fewer than usual."""
    return math.log((letters + _BASE) / (usual + _BASE)) / math.sqrt(_STEADY + _SHORT / ((whole or usual) + _BASE))


def _letters(source: str, target: str) -> tuple[int, int, frozenset[str]]:
    """The letters of both texts without the names that stay as they are, and those names."""
    source, target = _UNSAID.sub(" ", source), _UNSAID.sub(" ", target)
    foreign, own = (sum(map(len, _OTHER.findall(text))) for text in (source, target))
    words, others = _LATIN.findall(source), _LATIN.findall(target)
    stay = frozenset(words).intersection(others) if foreign + own else frozenset[str]()  # one script: any word may be a name
    same = sum(len(word) for word in others if word in stay)
    return sum(map(len, words)) + foreign - same, sum(map(len, others)) + own - same, stay


def _size(sentence: str, stay: frozenset[str]) -> int:
    words = sum(len(word) for word in _LATIN.findall(sentence) if word not in stay)
    return words + sum(map(len, _OTHER.findall(sentence)))
