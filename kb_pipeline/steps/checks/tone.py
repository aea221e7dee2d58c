"""The register of the market: polite particles, words to avoid, how sentences end. The words are the pack's."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.steps.checks.subject import ANSWER, Flaw, Place, Subject, rule
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.sentence_ends import sentence_spans
from kb_pipeline.steps.language.sentence_marks import without_end


@rule("tone", MqmCategory.STYLE, Severity.MAJOR)
def tone(subject: Subject) -> Iterator[Flaw]:
    """Particles as the market uses them, one speaker's gender, no word of another register, the endings it wants."""
    wanted = subject.market.conventions.tone
    for part, match in _uses_of(wanted.avoid, subject):
        yield Flaw(f"'{match[0]}' is of another register; write as the style guide says", part, match.span())
    if wanted.particle_use == "never":
        for part, match in _uses_of(wanted.particles, subject):
            yield Flaw(f"'{match[0]}' is a polite particle, which this market's entries do not use", part, match.span(), "")
    elif _is_mixed(subject.target_text, subject.market.tag):
        yield Flaw("a man's and a woman's particles are mixed; keep one speaker")
    if wanted.particle_use == "always" and wanted.particles and not _any_of(wanted.particles).search(subject.target.answer):
        yield Flaw(f"the answer lacks the polite particle; use {' or '.join(wanted.particles)}")
    if wanted.endings:
        yield from _other_endings(subject.target.answer, wanted.endings)


def _is_mixed(text: str, language: str) -> bool:
    """Whether a man and a woman are heard to speak."""
    speakers = language_of(language).speakers
    return all(any(map(text.__contains__, words)) for words in (speakers.he, speakers.she))


def _other_endings(text: str, endings: tuple[str, ...]) -> Iterator[Flaw]:
    """Sentences that end with a stop but with none of the endings; headings and list items without one are no sentences."""
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        if sentence.endswith(("。", ".")) and not without_end(sentence).endswith(endings):
            yield Flaw(f"the sentence should end with {' or '.join(endings[:3])}", ANSWER, (start, end))


def _uses_of(words: tuple[str, ...], subject: Subject) -> Iterable[tuple[Place, re.Match[str]]]:
    """Where any of the words is used. Most texts have none, which is soon seen."""
    return subject.finditer(_any_of(words)) if any(map(subject.written.__contains__, words)) else ()


@lru_cache(maxsize=64)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words, the longest first; Latin ones whole. A Thai particle ends a phrase: คะ begins คะแนน."""
    if not words:
        return re.compile(r"(?!)")
    return re.compile("|".join(map(_word, sorted(words, key=len, reverse=True))))


def _word(word: str) -> str:
    if "\u0e01" <= word[-1] <= "\u0e5b":
        return rf"{re.escape(word)}(?![\u0e01-\u0e5b])"
    if word.isascii() or "\u00c0" <= word[-1] <= "\u024f" or word[0].isascii():
        return rf"(?<!\w){re.escape(word)}(?!\w)"
    return re.escape(word)
