"""The form of an entry: its length, a question that is one, no text that goes round in circles."""

from collections import Counter
from collections.abc import Iterator

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.findings import MqmCategory, Severity, TextPart
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.segment import words

_RUN = 3  # the same word this often in a row is a loop, in any language
_LOOP_WORDS = 8  # a phrase of this many words ...
_LOOPS = 3  # ... this often is a loop; small models do that when they run on


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
    """A word three times in a row, a long phrase again and again (unless the source does so), a phrasing said before."""
    for part, text in subject.parts():
        tokens = [token.casefold() for token in words(text, subject.market.tag)]
        runs = (
            tokens[i] for i in range(len(tokens) - _RUN + 1) if len(set(tokens[i : i + _RUN])) == 1 and not tokens[i].isdigit()
        )
        if word := next(runs, None):
            yield Flaw(f"'{word}' stands {_RUN} times in a row; write it once", part)
        phrase, times = _loop(tokens)
        if times >= _LOOPS and _loop(words(subject.source_text, subject.source_language))[1] < _LOOPS:
            yield Flaw(f"'{' '.join(phrase)}' is repeated {times} times; say it once", part)
    known = {comparison_key(subject.target.question).casefold()}
    for phrasing in subject.target.phrasings:
        key = comparison_key(phrasing).casefold()
        if key in known:
            yield Flaw(f"the phrasing '{phrasing}' repeats another one; drop it", TextPart.PHRASING, severity=Severity.MINOR)
        known.add(key)


def _loop(tokens: list[str]) -> tuple[tuple[str, ...], int]:
    """The phrase that occurs most often, and how often."""
    phrases = Counter(tuple(tokens[i : i + _LOOP_WORDS]) for i in range(len(tokens) - _LOOP_WORDS + 1))
    return next(iter(phrases.most_common(1)), ((), 0))
