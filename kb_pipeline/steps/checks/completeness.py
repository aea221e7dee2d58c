"""Whether the target says all that the source says, and no more. By lengths and structure; it needs no model.

Calibrated on 2,819 English-Thai blocks that professionals translated; see docs/benchmarks.md.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.lost_sentence import lost_sentence
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.sentence_marks import cut_sentences
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.localize.side_by_side import side_by_side
from kb_pipeline.steps.meaning import commitments

# Pairs whose usual lengths are measured. Others are rules of thumb, so that far more must be missing before they count.
_MEASURED = {("en", "th")}
_UNSURE = 1.6
# Standard deviation of the logarithm of the length ratio: sqrt(STEADY + SHORT / (letters + BASE)); the blocks' own.
_STEADY, _SHORT, _BASE = 0.0049, 2.0, 3.0
_FAR = 3.2  # deviations that no translator's freedom explains
# Shares of the source's length, spaces and markup and all: above the first no sentence is looked for, and only beyond the
# others are the letters counted. They save time: at 0.87 another 0.2 % of the lost sentences are found, in a fifth more time.
_SHORTER, _CLEARLY_LESS, _CLEARLY_MORE = 0.84, 0.82, 1.3
_BRIEF = 80  # characters of a source that a translator may well say in half of them: then it only asks
_LONGER = 1.3  # times the usual length, above which a sentence that was put in is looked for
_SAID = 3  # different commitments that show that a sentence is there
_FEWEST = 20  # letters: below, a label is as long as it likes
_ITEM = re.compile(r"\n[ \t>]*(?:[-*+]|\d{1,3}[.)]|\||#{1,6})[ \t]")


@rule("omission", MqmCategory.ACCURACY, Severity.MAJOR)
def omission(subject: Subject) -> Iterable[Flaw]:
    """Nothing of the source is left out: no list item, no sentence; by structure, and by what its sentences' lengths say."""
    source, target = subject.source_text, subject.target_text
    if (fewer := _items_more(source, target)) > 0:
        return (Flaw(f"{fewer} of the source's list items, headings or table rows are missing; say each of them"),)
    ratio, doubt = _usual(subject.source_language, subject.market.tag)
    if len(target) > ratio * len(source):
        return ()  # longer than usual: nothing is looked for
    if len(target) < _CLEARLY_LESS * ratio * len(source) and _deviation(source, target, ratio) < -_FAR * doubt:
        severity = Severity.MINOR if len(source) < _BRIEF else None
        return (Flaw("the text says clearly less than the source; say everything that the source says", severity=severity),)
    short = [pair for pair in side_by_side(source, target) if len(pair[1]) < _SHORTER * ratio * len(pair[0])]
    sentences = [lost_sentence(line, other, subject.market.language, ratio, doubt) for line, other in short]
    message = "a sentence of the source is missing, perhaps '{}'; say everything that it says"
    lost = [one for one, pair in zip(sentences, short, strict=True) if one and not _is_committed_to(one, pair, subject)]
    return [Flaw(message.format(_start(sentence))) for sentence in lost]


def _is_committed_to(sentence: str, pair: tuple[str, str], subject: Subject) -> bool:
    """Whether the target has all that the sentence commits to, beside what the rest does: then it is only brief."""
    language, tag = subject.source_language, subject.market.tag
    wanted, whole, there = (
        Counter((one.kind, one.value) for one in commitments(text, spoken).commitments)
        for text, spoken in ((sentence, language), (pair[0], language), (pair[1], tag))
    )
    return len(wanted) >= _SAID and all(there[one] >= whole[one] for one in wanted)


@rule("addition", MqmCategory.ACCURACY, Severity.MAJOR)
def addition(subject: Subject) -> Iterable[Flaw]:
    """Nothing is added: no list item, no sentence, and not far more text than the source's usually becomes."""
    source, target = subject.source_text, subject.without_clauses
    if (put_in := _items_more(target, source)) > 0:
        return (Flaw(f"{put_in} list items, headings or table rows are not in the source; leave them out"),)
    ratio, doubt = _usual(subject.source_language, subject.market.tag)
    if len(target) > _CLEARLY_MORE * ratio * len(source) and _deviation(source, target, ratio) > _FAR * doubt:
        return (Flaw("the text says clearly more than the source; say only what the source says"),)
    if len(target) < _LONGER * ratio * len(source):
        return ()
    pairs = [pair for pair in side_by_side(source, target) if len(pair[1]) > _LONGER * ratio * len(pair[0])]
    more = [(line, other) for line, other in pairs if len(cut_sentences(other)) > len(cut_sentences(line))]
    sentences = [lost_sentence(other, line, subject.source_language, 1 / ratio, doubt) for line, other in more]
    message = "a sentence is not in the source, perhaps '{}'; say only what the source says"
    return [Flaw(message.format(_start(sentence))) for sentence in sentences if sentence]


def _items_more(one: str, other: str) -> int:
    """By how many list items, headings and table rows `one` has more than `other`; 0 for texts of one line."""
    if "\n" not in one.strip() and "\n" not in other.strip():
        return 0
    return len(_ITEM.findall(one)) - len(_ITEM.findall(other))


@cache
def _usual(source: str, target: str) -> tuple[float, float]:
    """How many letters of the target's language stand for one of the source's, and the factor of doubt on the thresholds."""
    pair = primary(source), primary(target)
    if pair[0] == pair[1]:
        return 1.0, _UNSURE
    ratio = language_of(pair[1]).length / language_of(pair[0]).length
    return ratio, 1.0 if pair in _MEASURED else _UNSURE


def _deviation(source: str, target: str, ratio: float) -> float:
    """By how many standard deviations `target` is longer or, negative, shorter than usual; 0 for a source that is a label."""
    before, after = (len("".join(text.split())) for text in (source, target))
    if before < _FEWEST:
        return 0.0
    usual = before * ratio + _BASE
    return math.log((after + _BASE) / usual) / math.sqrt(_STEADY + _SHORT / usual)


def _start(sentence: str) -> str:
    words = " ".join(sentence.split())
    return words if len(words) <= 60 else f"{words[:57]}..."
