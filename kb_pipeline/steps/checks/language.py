"""The text is in the market's language and script, all of it."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby

from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.domain.markets import TermStatus
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.language.detection import detect, is_plainly
from kb_pipeline.steps.language.prose import NO_PROSE, without
from kb_pipeline.steps.language.reader import everywhere, language_of
from kb_pipeline.steps.language.scripts import beyond, script_of, scripts_of
from kb_pipeline.steps.language.sentence_marks import begins_sentence_or_cell, end_of_sentence
from kb_pipeline.steps.language.tags import UNDETERMINED, language_name, primary

_LETTERS_TO_DETECT = 60  # below, names and labels decide; measured with benchmarks/qa_checks.py
_RUN_WORDS = 7  # English words in a row that nobody left by intention
_SENTENCE_WORDS = 3  # a whole sentence of the source as it is
_LABEL_WORDS = 3  # so many without a stop may be a name or a label
_LATIN_FUNCTION_WORDS = 2  # of them where the market writes Latin letters, too; else one, which no product's name has
_IN_PATHS = re.compile(r"[\\/_]|\w\.[A-Za-z]")
_LATIN = "A-Za-zÀ-ÖØ-öø-ÿ"
LATIN_RUN = re.compile(
    rf"(?<![{_LATIN}'’-])[{_LATIN}][{_LATIN}'’-]*+(?:,? [{_LATIN}][{_LATIN}'’-]*+){{{_SENTENCE_WORDS - 1},}}+"
)
# The last three of so many words; it begins with a space, to which the regex engine skips.
_LATIN_WORDS = re.compile(rf" [{_LATIN}][{_LATIN}'’-]*+(?:,? [{_LATIN}][{_LATIN}'’-]*+){{{_SENTENCE_WORDS - 2}}}")
_HAN = re.compile("[\u3400-\u9fff]+")
_NIKHAHIT = "\u0e4d"
_SARA_AM = re.compile(f"{_NIKHAHIT}([\u0e48-\u0e4b]?)\u0e32")


@rule("wrong-script", MqmCategory.LINGUISTIC, Severity.CRITICAL)
def wrong_script(subject: Subject) -> Iterable[Flaw]:
    """Letters of a script that the market does not use, outside protected names, placeholders and addresses."""
    foreign = beyond(subject.market.conventions.scripts)
    runs = _foreign_runs(foreign, subject) if foreign.search(subject.written) else ()
    return [*runs, *_foreign_letters(subject)]


def _foreign_letters(subject: Subject) -> Iterator[Flaw]:
    """Han characters that the market's language does not write: simplified ones in Japanese."""
    charset = language_of(subject.market.tag).charset
    if not charset or _can_write(subject.written, charset):
        return
    for part, text in subject.parts():
        for match in _HAN.finditer(unprotected(text, subject)):
            if not _can_write(match[0], charset):
                message = f"'{match[0]}' has characters that {subject.market.language_name} does not write"
                yield Flaw(message, part, match.span())


def _can_write(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _foreign_runs(foreign: re.Pattern[str], subject: Subject) -> Iterator[Flaw]:
    market = subject.market
    allowed = {*market.conventions.scripts, "Zyyy", "Zinh"}
    for part, text in subject.parts():
        for start, end, script in _script_runs(unprotected(text, subject)) if foreign.search(text) else ():
            if script not in allowed:
                message = f"'{text[start:end]}' is in {script} script; write it in {market.language_name}"
                yield Flaw(message, part, (start, end))


@rule("wrong-language", MqmCategory.ACCURACY, Severity.CRITICAL)
def wrong_language(subject: Subject) -> Iterable[Flaw]:
    """The text as a whole is in the market's language. Names of files and paths are in none."""
    text = subject.target_text
    if len(text) < _LETTERS_TO_DETECT or is_plainly(subject.market.language, text):
        return ()
    free = " ".join(word for word in unprotected(text, subject).split() if not _IN_PATHS.search(word))
    if scripts_of(free).total() < _LETTERS_TO_DETECT:
        return ()
    found = detect(free)
    if found == UNDETERMINED or primary(found) == subject.market.language:
        return ()
    return (Flaw(f"the text is in {language_name(found)}; write it in {subject.market.language_name}"),)


@rule("untranslated-run", MqmCategory.ACCURACY, Severity.CRITICAL)
def untranslated_run(subject: Subject) -> Iterable[Flaw]:
    """Seven English words in a row, or a whole English sentence of the source, in a market that does not speak English.

    Names of products are no run: it must be mostly in lower case, with function words. A market of another script is told of
    French and German runs, too, which machine translation leaves as well.
    """
    if subject.market.language == "en" or not _LATIN_WORDS.search(subject.written):
        return ()
    return _left_in_english(subject)


def _left_in_english(subject: Subject) -> Iterator[Flaw]:
    for part, text in subject.parts():
        free = unprotected(text, subject) if _LATIN_WORDS.search(text) else ""
        for match in LATIN_RUN.finditer(free):
            if _is_prose(match[0], subject) or _is_left(match, free, subject):
                message = f"'{match[0][:80]}' is not translated; write it in {subject.market.language_name}"
                yield Flaw(message, part, match.span())


@rule("sara-am", MqmCategory.LINGUISTIC, Severity.MINOR)
def sara_am(subject: Subject) -> Iterable[Flaw]:
    """Thai sara am as one character, not as nikhahit and sara aa, which look the same and are not found by a search."""
    if _NIKHAHIT not in subject.written:
        return ()
    message = "sara am is written as two characters; write ำ"
    return [Flaw(message, part, match.span(), f"{match[1]}\u0e33") for part, match in subject.finditer(_SARA_AM)]


def _is_prose(run: str, subject: Subject) -> bool:
    """Whether a run of Latin words is an English sentence's: long, mostly lower case, with function words."""
    tokens = run.replace(",", "").split()
    small = sum(token.islower() for token in tokens)
    lowered = {token.lower() for token in tokens}
    english, shared = _english()
    if len(tokens) < _RUN_WORDS or small < max(len(tokens) / 2, _RUN_WORDS - 1 - len(lowered & english)):
        return False
    if writes_latin(subject):
        return len((lowered & english) - shared) >= _LATIN_FUNCTION_WORDS
    return not lowered.isdisjoint(_function_words())


@cache
def _function_words() -> frozenset[str]:
    """Function words of every language."""
    return frozenset(everywhere(lambda language: language.function_words))


@cache
def _english() -> tuple[frozenset[str], frozenset[str]]:
    """English function words, and those of them that other languages with Latin letters have, too."""
    english = language_of("en")
    return frozenset(english.function_words), frozenset(english.shared_function_words)


def english_function_words() -> frozenset[str]:
    """Those that no other language with Latin letters has."""
    english, shared = _english()
    return english - shared


def writes_latin(subject: Subject) -> bool:
    """Whether the market's own script is Latin; a market of another script allows it for names."""
    return set(subject.market.conventions.scripts) <= {"Latn"}


def _is_left(match: re.Match[str], text: str, subject: Subject) -> bool:
    """Whether a run is a whole sentence, heading or cell of the source, letter by letter, with at least one function word."""
    run = match[0]
    if not {word.strip(",").lower() for word in run.split()} & _english()[0]:
        return False
    source = subject.source_text
    at = source.find(run)
    end = end_of_sentence(source, at + len(run))
    if at < 0 or end is None or not begins_sentence_or_cell(source, at):
        return False
    if end.rstrip('*_"”')[-1:] in (".", "!", "?"):
        return True  # a heading or a cell may be quoted in a sentence, a sentence is not
    return (
        len(run.split()) > _LABEL_WORDS
        and begins_sentence_or_cell(text, match.start())
        and end_of_sentence(text, match.end()) is not None
    )


def unprotected(text: str, subject: Subject) -> str:
    """`text` with code, addresses, placeholders and names that are never translated blanked out; same length."""
    spans = [match.span() for match in NO_PROSE.finditer(text)]
    kept = (FactKind.URL, FactKind.EMAIL, FactKind.PLACEHOLDER)
    if any(mark in text for mark in "/@{[%<"):
        facts = subject.target_facts if text is subject.target_text else extract(text, subject.market.tag)
        spans += [(fact.start, fact.end) for fact in facts if fact.kind in kept]
    names = [term.target or term.source for term in subject.market.terms if term.status is TermStatus.DO_NOT_TRANSLATE]
    names += [label.target for label in subject.market.ui_strings if f"**{label.target}**" in text]
    for name in filter(None, names):
        spans += [match.span() for match in re.finditer(re.escape(name), text)]
    return without(text, spans)


def _script_runs(text: str) -> Iterator[tuple[int, int, str]]:
    at = 0
    for script, letters in groupby(text, key=script_of):
        size = sum(1 for _ in letters)
        if script:
            yield at, at + size, script
        at += size
