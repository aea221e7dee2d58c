"""The form of an entry: its length, a question that is one, no text that goes round in circles."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import takewhile

from kb_pipeline.domain.findings import MqmCategory, Severity, TextPart
from kb_pipeline.steps.checks.subject import QUESTION, Flaw, Subject, rule
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.words import segments

_RUN = 3  # the same word this often in a row is a loop, in any language
_LOOP_WORDS = 8  # a phrase of this many words ...
_LOOPS = 3  # ... this often is a loop; small models do that when they run on
_SOURCE_LOOP_WORDS = 3  # what eight words of Thai say, English says in three or four: a source's loop may be shorter
_LETTERS = re.compile(r"[\w\u0e31\u0e34-\u0e3a\u0e47-\u0e4e|<>=+/\\]+")  # `\w` leaves out Thai's marks
_LOOP_LETTERS = 24  # what eight words have at least
_SAMPLE, _SOURCE_SAMPLE = 12, 16  # letters; longer in a source, where they speak for the text
_PARTING = frozenset("|<>=+/\\")
_NEAR = 1000  # letters; what comes again after more is no loop
# Thrice said, a word of n letters or more has a double at one of any n + 1 places in a row: only these are looked at.
_TO_A_DOUBLE = tuple(
    re.compile(rf"(?:(?!(.{{{least},{most}}}?)\1).{{{least + 1}}})*+(?P<word>.{{{least},{most}}}?)(?P=word)")
    for least, most in ((3, 6), (7, 14), (15, 40))
)


@rule("length", MqmCategory.STYLE, Severity.MAJOR)
def length(subject: Subject) -> Iterator[Flaw]:
    """No text is longer than the market's limits."""
    limits = subject.market.limits
    allowed = {TextPart.QUESTION: limits.question, TextPart.ANSWER: limits.answer, TextPart.PHRASING: limits.phrasing}
    for place, text in subject.parts():
        if len(text) > allowed[place.part]:
            yield Flaw(f"the {place.part.value} has {len(text)} characters; write at most {allowed[place.part]}", place)


@rule("question-form", MqmCategory.STYLE, Severity.MINOR)
def question_form(subject: Subject) -> Iterator[Flaw]:
    """The question ends with the market's question mark or holds one of its question words."""
    conventions = subject.market.conventions
    if not conventions.question_marks and not conventions.question_words:
        return
    if not subject.source.question and not subject.target.question:
        return  # a sentence of an answer
    text = subject.target.question.rstrip(" \"'”’)*_")
    asks = any(word in text for word in conventions.question_words)
    if not asks and not text.endswith(conventions.question_marks):
        marks = " or ".join(conventions.question_marks)
        yield Flaw(f"the question is none: ask one{f', ending with {marks}' if marks else ''}", QUESTION)


@rule("repetition", MqmCategory.LINGUISTIC, Severity.MAJOR)
def repetition(subject: Subject) -> Iterator[Flaw]:
    """A word three times in a row or a long phrase again and again, as the source has none."""
    for part, text in subject.parts():
        if not _may_repeat(text, subject.source_text):
            continue
        tokens = _tokens(text, subject.market.tag)
        word, (phrase, times) = _stutter(tokens), _loop(tokens, _LOOP_WORDS)
        source = _tokens(subject.source_text, subject.source_language) if word or times >= _LOOPS else []
        if word and not _stutter(source) and not _is_clause(word, text, subject.market.tag):
            yield Flaw(f"'{word}' stands {_RUN} times in a row; write it once", part)
        if times >= _LOOPS and _loop(source, _SOURCE_LOOP_WORDS)[1] < times:
            yield Flaw(f"'{' '.join(phrase)}' is repeated {times} times; say it once", part)


def _is_clause(word: str, text: str, language: str) -> bool:
    """Whether a word in a row begins a clause about itself, as articles do: Die, die die Waren verkaufen."""
    return word in language_of(language).articles and re.search(rf"\b{word}, {word}\b", text.casefold()) is not None


def _may_repeat(text: str, source: str) -> bool:
    """Whether letters recur as a stutter or a loop makes them: cutting a text into words costs ten times as much.

    Samples find a word of three letters or more that stands three times in a row, and a loop of 24 letters, wherever they
    begin; a loop is missed where the source repeats something as often.
    """
    letters = _letters(text)
    return _may_stutter(letters) or _may_loop(letters, source)


def _letters(text: str) -> str:
    return "".join(_LETTERS.findall(text.lower().replace("_", "")))


def _may_stutter(letters: str) -> bool:
    return any(_is_stutter(letters, at, size) for pattern in _TO_A_DOUBLE for at, size in _doubles(pattern, letters))


def _doubles(pattern: re.Pattern[str], letters: str) -> Iterator[tuple[int, int]]:
    """Where letters stand twice in a row, and how many."""
    found = pattern.match(letters)
    while found:
        yield found.start("word"), len(found["word"])
        found = pattern.match(letters, found.start("word") + 1)


def _is_stutter(letters: str, at: int, size: int) -> bool:
    """Whether a word of `size` letters that is in a row twice around `at` is so three times."""
    if not _PARTING.isdisjoint(letters[at : at + size]):
        return False
    return any(letters.startswith(letters[n : n + size] * 2, n + size) for n in range(max(0, at - size), at + 1))


def _may_loop(letters: str, source: str) -> bool:
    times = max(map(letters.count, _loops(letters)), default=0)
    return times >= _LOOPS and not _recurs(_letters(source), times)


def _loops(letters: str) -> Iterator[str]:
    """Samples that recur twice, near by and within the same letters, as many as a loop's words have at least."""
    for at in range(0, len(letters) - 2 * _LOOP_LETTERS, _LOOP_LETTERS - _SAMPLE + 1):
        sample = letters[at : at + _SAMPLE]
        second = letters.find(sample, at + _SAMPLE, at + _NEAR)
        third = letters.find(sample, second + _SAMPLE, second + _NEAR) if second > 0 else -1
        if third > 0 and _PARTING.isdisjoint(sample) and _agreeing(letters, (at, second, third)) >= _LOOP_LETTERS:
            yield sample


def _agreeing(letters: str, places: Iterable[int]) -> int:
    """How many letters before and behind all the places are the same, as far as none parts them."""
    behind = zip(*[letters[place : place + _LOOP_LETTERS] for place in places], strict=False)
    before = zip(*[letters[max(0, place - _LOOP_LETTERS) : place][::-1] for place in places], strict=False)
    return sum(1 for side in (before, behind) for _ in takewhile(_is_one_letter, side))


def _is_one_letter(column: tuple[str, ...]) -> bool:
    return len(set(column)) == 1 and column[0] not in _PARTING


def _recurs(letters: str, times: int) -> bool:
    """Whether some sample of a source stands in it so often."""
    samples = (letters[at : at + _SOURCE_SAMPLE] for at in range(0, len(letters), _SOURCE_SAMPLE // 2))
    return any(len(sample) == _SOURCE_SAMPLE and letters.count(sample) >= times for sample in samples)


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
