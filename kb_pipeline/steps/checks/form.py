"""The form of an entry: its length, a question that is one, no text that goes round in circles."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import takewhile

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.findings import MqmCategory, Severity, TextPart
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.segment import segments

_RUN = 3  # the same word this often in a row is a loop, in any language
_LOOP_WORDS = 8  # a phrase of this many words ...
_LOOPS = 3  # ... this often is a loop; small models do that when they run on
_SOURCE_LOOP_WORDS = 3  # what eight words of Thai say, English says in three or four: a source's loop may be shorter
_BETWEEN_LETTERS = re.compile(r"[^\w|<>=+/\\]+|_+")
_LOOP_LETTERS = 24  # what eight words have at least, vowel marks left out
_SAMPLE, _SOURCE_SAMPLE = 16, 12  # letters
_LONG = 1500  # letters; above, counting all samples at once is faster than one after another
_PARTING = frozenset("|<>=+/\\")
_LONGEST_WORD = 40  # letters


@rule("length", MqmCategory.STYLE, Severity.MAJOR)
def length(subject: Subject) -> Iterator[Flaw]:
    """No text is longer than the market's limits."""
    limits = subject.market.limits
    allowed = {TextPart.QUESTION: limits.question, TextPart.ANSWER: limits.answer, TextPart.PHRASING: limits.phrasing}
    for part, text in subject.parts():
        if len(text) > allowed[part]:
            yield Flaw(f"the {part.value} has {len(text)} characters; write at most {allowed[part]}", part)


@rule("question-form", MqmCategory.STYLE, Severity.MINOR)
def question_form(subject: Subject) -> Iterator[Flaw]:
    """The question ends with the market's question mark or holds one of its question words."""
    conventions = subject.market.conventions
    if not conventions.question_marks and not conventions.question_words:
        return
    text = subject.target.question.rstrip(" \"'”’)*_")
    asks = any(word in text for word in conventions.question_words)
    if not asks and not text.endswith(conventions.question_marks):
        marks = " or ".join(conventions.question_marks)
        yield Flaw(f"the question is none: ask one{f', ending with {marks}' if marks else ''}", TextPart.QUESTION)


@rule("repetition", MqmCategory.LINGUISTIC, Severity.MAJOR)
def repetition(subject: Subject) -> Iterator[Flaw]:
    """A word three times in a row or a long phrase again and again, as the source has none; a phrasing said before."""
    for part, text in subject.parts():
        if not _may_repeat(text, subject.source_text):
            continue
        tokens = _tokens(text, subject.market.tag)
        said = _tokens(subject.source_text, subject.source_language)
        if (word := _stutter(tokens)) and not _stutter(said):
            yield Flaw(f"'{word}' stands {_RUN} times in a row; write it once", part)
        phrase, times = _loop(tokens, _LOOP_WORDS)
        if times >= _LOOPS and _loop(said, _SOURCE_LOOP_WORDS)[1] < times:
            yield Flaw(f"'{' '.join(phrase)}' is repeated {times} times; say it once", part)
    known = {comparison_key(subject.target.question).casefold()} if subject.target.phrasings else set[str]()
    for phrasing in subject.target.phrasings:
        key = comparison_key(phrasing).casefold()
        if key in known:
            yield Flaw(f"the phrasing '{phrasing}' repeats another one; drop it", TextPart.PHRASING, severity=Severity.MINOR)
        known.add(key)


def _may_repeat(text: str, source: str) -> bool:
    """Whether letters recur as a stutter or a loop makes them: cutting a text into words costs ten times as much.

    Samples find every word of three letters that stands three times in a row, and every loop of 24 letters.
    """
    letters = _letters(text)
    loops = {sample: times for sample, times in _times(letters, _SAMPLE).items() if times >= _LOOPS}
    if loops:
        in_source = max(_times(_letters(source), _SOURCE_SAMPLE).values(), default=0)
        if any(times > in_source and _is_long_loop(letters, sample) for sample, times in loops.items()):
            return True
    return _may_stutter(letters)


def _letters(text: str) -> str:
    return _BETWEEN_LETTERS.sub("", text.lower())


def _times(letters: str, size: int) -> Mapping[str, int]:
    """How often samples of `size` letters stand in a text: of a short one every half sample, of a long one all there are."""
    if len(letters) > _LONG:
        return Counter(letters[at : at + size] for at in range(len(letters) - size + 1))
    samples = {letters[at : at + size] for at in range(0, len(letters) - size + 1, size // 2)}
    return {sample: letters.count(sample) for sample in samples} if len(letters) >= size * _LOOPS else {}


def _may_stutter(letters: str) -> bool:
    for at in range(0, len(letters) - 8, 3):
        again = letters.find(letters[at : at + 3], at + 3, at + _LONGEST_WORD)
        if again > 0 and letters.startswith(letters[at:again] * 2, again) and _PARTING.isdisjoint(letters[at:again]):
            return True
    return False


def _is_long_loop(letters: str, sample: str) -> bool:
    """Whether a sample is part of something that recurs and has as many letters as a loop's words have at least."""
    at = letters.find(sample)
    second = letters.find(sample, at + _SAMPLE)
    third = letters.find(sample, second + _SAMPLE)
    places = (at, second, third)
    after = _agreeing(*(letters[place : place + _LOOP_LETTERS] for place in places))
    before = _agreeing(*(letters[max(0, place - _LOOP_LETTERS) : place][::-1] for place in places))
    return before + after >= _LOOP_LETTERS


def _agreeing(*texts: str) -> int:
    """How many letters the texts begin with in common."""
    return sum(1 for _ in takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False)))


def _tokens(text: str, language: str) -> list[str]:
    """The words in lower case, and the signs that part the cells of a table or the sides of a formula."""
    return [token.casefold() for token in segments(text, language) if token in _PARTING or any(map(str.isalnum, token))]


def _stutter(tokens: list[str]) -> str:
    """A word that stands three times in a row; a lone letter or number is none."""
    for one, other, third in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if one == other == third and len(one) > 1 and not one.isdigit():
            return one
    return ""


def _loop(tokens: list[str], size: int) -> tuple[tuple[str, ...], int]:
    """The phrase of `size` words that occurs most often, and how often."""
    phrases = Counter(tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1))
    phrases = Counter({phrase: times for phrase, times in phrases.items() if times > 1 and _PARTING.isdisjoint(phrase)})
    return next(iter(phrases.most_common(1)), ((), 0))
