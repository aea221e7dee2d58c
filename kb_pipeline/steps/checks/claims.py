"""What the claims of an answer commit to, held against the sentences that they cite: nothing added, nothing changed.

An answer may leave out what its sources say. What governs a claim (a condition, a restriction, a bound) should stay: where it
is gone, that is asked, no more.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from kb_pipeline.domain.findings import Severity
from kb_pipeline.steps.checks.subject import Flaw
from kb_pipeline.steps.language.patterns import NEVER, any_of
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.language.sentence_marks import claims
from kb_pipeline.steps.language.stems import content_words
from kb_pipeline.steps.meaning import Difference, Kind, Reading, Status, commitments, compare
from kb_pipeline.steps.meaning.lexicon import knows, may_say
from kb_pipeline.steps.meaning.numbers import possible_numbers

_COVERED = 0.5  # of the content words of a part of a sentence: the claim is about it
_WHOLE = 0.9  # of a sentence's content words: the claim says all of it
_FEWEST_WORDS = 2  # `Yes.` claims nothing
_GOVERNING = {Kind.CONDITION: ("if", "unless"), Kind.ONLY: ("only", "except")}
_SIGN = re.compile(r"[<>≤≥]\s*\d")  # says a bound, too
_DENIED, _AROUND = ("no", "negative"), 24
_SOFT = "at most"  # `in 7 days` is often said for `within 7 days`


def unheld_commitments(question: str, answer: str, cited: Sequence[str], language: str) -> Iterator[Flaw]:
    """Where a claim of `answer` commits to something else than `cited` do, or to more; minor: what governs it and is gone.

    `cited` are the cited sentences, each with its headings and lead-ins on lines of their own before it.
    """
    said = commitments(f"{question}\n{answer}", language)
    sources = [commitments(text, language) for text in cited]
    for match in claims(answer):
        claim = _without_verdict(match[0], language)
        source = _source(claim, cited, language)
        if not source:
            continue
        part = (
            source if _share(content_words(source, language), claim, language) > _WHOLE else _covered(source, claim, language)
        )
        reading = commitments(claim, language)
        flaws = [*_changed(commitments(part, language), reading, sources, part), *_bounded(reading, sources, part)]
        yield from (_at(flaw, match.start()) for flaw in flaws)
        for message in _gone(commitments(source, language), said):
            yield Flaw(message, span=match.span(), severity=Severity.MINOR)


def _changed(source: Reading, claim: Reading, cited: Sequence[Reading], text: str) -> Iterator[Flaw]:
    """What the claim says instead of what its source says, or beside it."""
    for one in compare(source, claim):
        lost = one.status is Status.MISSING
        if (lost and one.kind is not Kind.DENIAL) or (not lost and _is_held(one, cited, text)):
            continue
        here, there = _words(one.here, one.here_span, source), _words(one.there, one.there_span, claim)
        if one.status is Status.EXTRA:
            yield Flaw(f"the text says {there}, no cited sentence does; say only what the sources say", span=one.there_span)
        else:
            other = f"the text {there}" if there else "the text does not"
            yield Flaw(
                f"the source says {here}, {other}; say what the source says", span=one.there_span or (0, len(claim.text))
            )


def _is_held(one: Difference, cited: Sequence[Reading], text: str) -> bool:
    """Whether a cited sentence says what the claim says after all: another one, or, if it is put in, any that may say it."""
    others = [reading for reading in cited if text not in reading.text]
    value = one.there.split(" ")[0] if one.kind in (Kind.NUMBER, Kind.ORDINAL) else one.there
    if one.kind is Kind.BOUND:
        return any(one.there.startswith(f"{bound.value} ") for reading in others for bound in reading.of(Kind.BOUND))
    if any(other.value == value for reading in others for other in reading.of(one.kind)):
        return True
    if one.kind is Kind.DENIAL:
        return False
    if one.kind is Kind.NAME:
        return any(value in reading.key for reading in cited)
    return one.status is Status.EXTRA and any(
        value in _values(reading) or may_say(reading.key, reading.language, one.kind, value) for reading in cited
    )


def _values(reading: Reading) -> set[str]:
    return {one.value for one in reading.commitments}


def _bounded(claim: Reading, cited: Sequence[Reading], text: str) -> Iterator[Flaw]:
    """A number of the sources to which the claim has put a bound: more than 2, where they say 2."""
    bounds = {bound.about for reading in cited for bound in reading.of(Kind.BOUND)}
    known = {number for reading in cited for number in _numbers(reading)}
    for one in claim.of(Kind.BOUND):
        if one.about in known and one.about not in bounds and not any(_SIGN.search(reading.key) for reading in cited):
            shown = _words(one.value, (one.start, one.end), claim)
            message = f"the text says {shown} of {one.about}, no cited sentence does; say only what the sources say"
            yield Flaw(message, span=(one.start, one.end), severity=Severity.MINOR if one.value == _SOFT else Severity.MAJOR)


def _gone(source: Reading, said: Reading) -> Iterator[str]:
    """What governs the source's sentence and stands nowhere in question and answer."""
    for kind, values in _GOVERNING.items():
        lost = next((one for one in source.of(kind) if one.value in values), None)
        if lost and knows(said.language, kind) and not said.of(kind) and not _may_say(said, kind, values):
            yield f"{_words(lost.value, (lost.start, lost.end), source)} of the source is gone; does it hold always?"
    bounds, numbers = {one.about for one in said.of(Kind.BOUND)}, _numbers(said)
    for bound in source.of(Kind.BOUND):
        if bound.about in numbers and bound.about not in bounds:
            yield f"{_words(bound.value, (bound.start, bound.end), source)} of the source is gone; is {bound.about} exact?"


def _may_say(reading: Reading, kind: Kind, values: Sequence[str]) -> bool:
    return any(may_say(reading.key, reading.language, kind, value) for value in values)


def _numbers(reading: Reading) -> set[str]:
    return {one.value for one in reading.of(Kind.NUMBER)} | possible_numbers(reading.key, reading.language)


def _source(claim: str, cited: Sequence[str], language: str) -> str:
    """The cited sentence that a claim comes from, by its content words; empty if none has half of them."""
    wanted = content_words(claim, language)
    if len(wanted) < _FEWEST_WORDS:
        return ""
    shares = {sentence: _share(wanted, sentence, language) for sentence in (text.rpartition("\n")[2] for text in cited)}
    best = max(shares, key=lambda sentence: shares[sentence], default="")
    return best if best and shares[best] >= _COVERED else ""


def _share(wanted: frozenset[str], text: str, language: str) -> float:
    """How many of the words a text has; in a script without spaces also as part of longer words."""
    held = content_words(text, language)
    return sum(word in held or (not word.isascii() and word in text) for word in wanted) / len(wanted)


def _covered(sentence: str, claim: str, language: str) -> str:
    """The parts of a sentence that a claim is about, as it may leave the others out; all of it if none is."""
    said, taken = content_words(claim, language), set[str]()
    parts = [(part, content_words(part, language)) for part in parts_of(sentence, language)]
    kept = []
    for part, words in sorted(parts, key=lambda one: -len(one[1] & said) / max(1, len(one[1]))):
        if words and len((words & said) - taken) > _COVERED * len(words):
            taken |= words
            kept.append(part)
    return " ".join(part for part, _ in parts if part in kept) or sentence


def _at(flaw: Flaw, offset: int) -> Flaw:
    start, end = flaw.span or (0, 0)
    return Flaw(flaw.message, flaw.place, (start + offset, end + offset), severity=flaw.severity or Severity.MAJOR)


def _words(value: str, span: tuple[int, int] | None, reading: Reading) -> str:
    """A value with the words that say it, or, of a denial, with what stands around it."""
    if span is None:
        return ""
    start, end = (max(0, span[0] - _AROUND), span[1] + _AROUND) if value in _DENIED else span
    words = " ".join(reading.text[start:end].split())
    return f"'{words}'" if words.lower() == value else f"{value} ('{words}')"


def _without_verdict(claim: str, language: str) -> str:
    """The claim with its yes or no blanked: `No, they cannot` denies once."""
    return _verdict(language).sub(lambda match: " " * len(match[0]), claim)


@lru_cache(maxsize=64)
def _verdict(language: str) -> re.Pattern[str]:
    own = language_of(language)
    if own.verdict is None:
        return re.compile(NEVER)
    behind = "," if own.spaces else r"[,，、\s]"
    return re.compile(rf"\A\s*(?:{any_of((*own.verdict.yes, *own.verdict.no))}){{1,3}}{behind}", re.IGNORECASE)


def parts_of(sentence: str, language: str) -> list[str]:
    """The parts of a sentence: what stands between its marks, and in a script without spaces between its spaces."""
    return _parts(language).split(sentence)


@lru_cache(maxsize=64)
def _parts(language: str) -> re.Pattern[str]:
    return re.compile(
        r"[,;:.!?](?=\s)|[，；：、。！？]"
        if language_of(language).spaces
        else r"[,;:，；：。！？]\s*|(?<=[^\0-\x7f])\s+(?=[^\0-\x7f])"
    )
