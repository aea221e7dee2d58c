"""What only a model writes: words that are none, words of another language, its own prompt, a no before a yes."""

import re
from collections.abc import Iterable, Iterator

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.findings import MqmCategory, Severity, TextPart
from kb_pipeline.steps.checks.language import LATIN_RUN, english_function_words, unprotected, writes_latin
from kb_pipeline.steps.checks.subject import ANSWER, Flaw, Place, Subject, rule
from kb_pipeline.steps.language.lexicon import unknown_words
from kb_pipeline.steps.language.opposites import verdict
from kb_pipeline.steps.language.prose import without
from kb_pipeline.steps.language.reader import everywhere, language_of
from kb_pipeline.steps.language.sentence_ends import sentence_spans
from kb_pipeline.steps.language.words import words
from kb_pipeline.steps.meaning import Kind, commitments

_LATIN_WORD = re.compile(  # no part of an address, a path or a name of code; Thai letters may touch it
    r"(?<![A-Za-z0-9./\\@%'’-])(?<![A-Za-z0-9]_)[A-Za-z][A-Za-z'’-]{2,}(?![A-Za-z0-9/\\@]|[._][A-Za-z0-9])"
)
_IN_A_WORD = re.compile("[\u0e01-\u0e4e]")  # Thai letters, with which no Latin letters make a word
_GIVEN = re.compile(r"\(?(?P<source>[^=()\n;]{1,60}?) = [^=()\n;]{1,60}[;)]?")
_BRACKETS = re.compile(r"^\s*\([^()\n]* = [^()\n]*\)\s*(?=\S)")
_FIRST = re.compile(r"[^\s.,;:!。、，！]+")
_TWICE = re.compile(r"(?:^|(?<=[\s.,;:!?。、]))(?P<said>[^\s|<][^|<\n]{9,200}?)[\s.,;:!?。、]+(?P=said)(?=[\s.,;:!?。、]|$)")
_LONGER = 2  # times as many words: such a source is not said by a term alone
_VERDICT_WORDS = 2  # of a no that stands alone


@rule("no-word", MqmCategory.LINGUISTIC, Severity.MAJOR)
def no_word(subject: Subject) -> Iterator[Flaw]:
    """A word that the language's lexicon has not, nor the source or the pack; minor where it looks like a loan word."""
    if not language_of(subject.market.tag).lexicon.library:
        return
    ours = "\n".join((subject.source_text, *(t.target for t in subject.market.terms), *_labels(subject)))
    for place, text in subject.parts():
        free = unprotected(text, subject)
        for start, end in unknown_words(free, subject.market.tag):
            word = text[start:end]
            if word not in ours:
                yield Flaw(f"'{word}' is no word", place, (start, end), severity=_severity(word, subject.market.tag))


@rule("foreign-word", MqmCategory.ACCURACY, Severity.MAJOR)
def foreign_word(subject: Subject) -> Iterable[Flaw]:
    """A single word of another language, which is no name and no label; minor where the source has it, too.

    Three in a row are a run, which has rules of its own (`untranslated-run`, `phrasing-language`).
    Where the market writes Latin letters, too, only English function words are told from its own.
    """
    return [] if subject.market.language == "en" or not subject.latin else list(_foreign_words(subject))


def _foreign_words(subject: Subject) -> Iterator[Flaw]:
    kept = {word for text in _kept(subject) for word in _LATIN_WORD.findall(text)}
    source = set(_LATIN_WORD.findall(subject.source_text))
    for place, text in subject.parts():
        free = unprotected(text, subject)
        if not writes_latin(subject):
            free = without(free, [run.span() for run in LATIN_RUN.finditer(free)])
        for match in _LATIN_WORD.finditer(free):
            word = match[0]
            is_torn = word not in source and any(map(_IN_A_WORD.match, (free[: match.start()][-1:], free[match.end() :][:1])))
            if word in kept or not (is_torn or _is_foreign(word, subject)):
                continue
            severity = Severity.MINOR if word in source else Severity.MAJOR
            message = f"'{word}' is not {subject.market.language_name}; write it in {subject.market.language_name}"
            yield Flaw(message, place, match.span(), severity=severity)


@rule("prompt-echoed", MqmCategory.ACCURACY, Severity.CRITICAL)
def prompt_echoed(subject: Subject) -> Iterator[Flaw]:
    """The text is not the list of terms that a model is shown beside the source, nor one term alone."""
    if not subject.market.terms:
        return
    sources = {comparison_key(t.source).casefold() for t in subject.market.terms} if " = " in subject.written else set()
    targets = {comparison_key(t.target).casefold() for t in subject.market.terms}
    for place, text in subject.parts():
        if any(comparison_key(m["source"]).casefold() in sources for m in _GIVEN.finditer(text)):
            given = _BRACKETS.match(text)
            span = given.span() if given else (0, len(text))
            yield Flaw("the terms of the prompt stand in the text; leave them out", place, span, "" if given else None)
        elif comparison_key(text).casefold() in targets and _says_more(subject, place, text):
            yield Flaw(f"'{text}' is a term alone; say what the source says", place, (0, len(text)))


@rule("self-contradiction", MqmCategory.ACCURACY, Severity.MAJOR)
def self_contradiction(subject: Subject) -> Iterator[Flaw]:
    """No answer begins with a no that neither its own next sentence nor the source says."""
    answer, tag = subject.target.answer, subject.market.tag
    first = _FIRST.match(answer)
    if not first or verdict(first[0], tag) is not False or len(words(first[0], tag)) > _VERDICT_WORDS:
        return
    rest = answer[first.end() :].lstrip(" .,;:!。、，！")
    source = subject.source.answer
    if not rest or verdict(source, subject.source_language) is False or _denies(source, subject.source_language):
        return
    if not _denies(rest, tag):
        yield Flaw(f"'{first[0]}' denies what comes after it, and the source does not", ANSWER, first.span())


@rule("said-twice", MqmCategory.LINGUISTIC, Severity.MAJOR)
def said_twice(subject: Subject) -> Iterator[Flaw]:
    """No clause of ten characters or more stands twice in a row, unless the source says something twice, too."""
    for place, text in subject.parts():
        found = _TWICE.search(text)
        if found and not _TWICE.search(subject.source_text):
            yield Flaw(f"'{found['said']}' is said twice in a row; say it once", place, found.span())


def _denies(text: str, language: str) -> bool:
    """Whether the first sentence denies something, or restricts it."""
    start, end = next(iter(sentence_spans(text)), (0, len(text)))
    sentence = text[start:end]
    found = commitments(sentence, language)
    return any(found.of(kind) for kind in (Kind.DENIAL, Kind.ONLY))


def _severity(word: str, language: str) -> Severity:
    marks = language_of(language).lexicon.loan_marks
    return Severity.MINOR if any(mark in word for mark in marks) else Severity.MAJOR


def _is_foreign(word: str, subject: Subject) -> bool:
    if writes_latin(subject):
        return word in english_function_words()
    return word.islower() and word not in _measures()


def _measures() -> frozenset[str]:
    return frozenset(everywhere(lambda language: (word for row in language.units.measures.values() for word in row)))


def _kept(subject: Subject) -> Iterator[str]:
    """Texts of the pack whose words stay as they are."""
    yield from (term.target for term in subject.market.terms)
    yield from _labels(subject)


def _labels(subject: Subject) -> Iterator[str]:
    return (label.target for label in subject.market.ui_strings)


def _says_more(subject: Subject, place: Place, text: str) -> bool:
    """Whether the source's own part has so many words that a term alone is not its meaning."""
    if place.part is TextPart.PHRASING:
        return False
    source = subject.source.question if place.part is TextPart.QUESTION else subject.source.answer
    return len(words(source, subject.source_language)) > _LONGER * len(words(text, subject.market.tag))
