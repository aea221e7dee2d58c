"""In what two questions differ, and two answers: words, facts, commitments, opposites, yes and no. No I/O, no models."""

from collections.abc import Iterable, Iterator
from typing import Literal

from rapidfuzz import fuzz

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.domain.relations import Discrepancy
from kb_pipeline.steps.facts.compare import Key, comparison_value
from kb_pipeline.steps.language.concepts import asked, other_words
from kb_pipeline.steps.language.opposites import opposed, verdict
from kb_pipeline.steps.meaning import Difference, Kind, Reading, Status, commitments, compare
from kb_pipeline.steps.relate.compared import ComparedEntry

HARD = (FactKind.MONEY, FactKind.PERCENT, FactKind.DURATION, FactKind.DATE, FactKind.TIME)
SHORT = 160  # characters of an answer up to which a word more or less is looked at; longer ones only if they are worded alike
SAME_WORDING = 90.0  # rapidfuzz ratio

_ASKED_FREELY = frozenset((Kind.MODALITY, Kind.PROMISE, Kind.ALTERNATIVE, Kind.QUANTITY))  # of a question; its answer binds
_Part = Literal["question", "answer"]


def of_questions(one: ComparedEntry, other: ComparedEntry) -> list[Discrepancy]:
    """What keeps two questions from being one. A condition may be asked or told: `what if it is broken`, `it is broken`."""
    language = one.language
    found = [each for each in _facts(one.question_facts, other.question_facts, "question") if each.opposes]
    if words := other_words(one.asked, other.asked, language):
        found.append(_difference("question", "word", *(", ".join(sorted(side)) for side in words)))
    if pair := opposed(one.asked.text, other.asked.text, language):
        found.append(_difference("question", "opposite", *pair.split("/")))
    readings = (commitments(each.asked.text, language) for each in (one, other))
    for kind, difference in _commitments(*readings):
        if kind not in _ASKED_FREELY and (difference.status is Status.DIFFERING or kind in (Kind.DENIAL, Kind.ONLY)):
            found.append(_difference("question", kind, difference.here, difference.there))
    return found


def of_answers(one: ComparedEntry, other: ComparedEntry) -> list[Discrepancy]:
    """What two answers to one question say otherwise; `opposes` where both cannot be true."""
    mine, theirs, language = one.text.answer, other.text.answer, one.language
    if comparison_key(mine) == comparison_key(theirs):
        return []
    found = list(_facts(one.answer_facts, other.answer_facts))
    for kind, difference in _commitments(one.answer_reading, other.answer_reading):
        opposes = difference.status is Status.DIFFERING or kind is Kind.DENIAL
        found.append(_difference("answer", kind, difference.here, difference.there, opposes=opposes))
    found += _numbers(one.answer_reading, other.answer_reading)
    verdicts = verdict(mine, language), verdict(theirs, language)
    if None not in verdicts and verdicts[0] != verdicts[1]:
        found.append(_difference("answer", "verdict", *("yes" if each else "no" for each in verdicts), opposes=True))
    alike = fuzz.ratio(mine, theirs) >= SAME_WORDING
    if alike and (pair := opposed(mine, theirs, language)):
        found.append(_difference("answer", "opposite", *pair.split("/"), opposes=True))
    if not found and (alike or max(len(mine), len(theirs)) <= SHORT):
        found += _words(mine, theirs, language)
    return found


def hard_conflict(one: ComparedEntry, other: ComparedEntry) -> str:
    """The amounts, shares, periods, dates or times in which two answers differ; empty: in none."""
    mine, theirs = ([fact for fact in each.answer_facts if fact.kind in HARD] for each in (one, other))
    return next((f"{each.here} / {each.there}" for each in _facts(mine, theirs) if each.opposes), "")


def _difference(part: _Part, kind: str, here: str, there: str, *, opposes: bool = False) -> Discrepancy:
    return Discrepancy(part=part, kind=str(kind), here=here, there=there, opposes=opposes)


def _commitments(one: Reading, other: Reading) -> Iterator[tuple[Kind, Difference]]:
    """The differences of two readings, whichever is held against the other; of each kind the first."""
    seen = set[Kind]()
    turned = (each.model_copy(update={"here": each.there, "there": each.here}) for each in compare(other, one))
    for each in (*compare(one, other), *turned):
        if each.kind not in seen:
            seen.add(each.kind)
            yield each.kind, each


def _numbers(one: Reading, other: Reading) -> Iterator[Discrepancy]:
    """Numbers that only one of two answers has."""
    mine, theirs = ({found.value for found in each.of(Kind.NUMBER)} for each in (one, other))
    if mine != theirs and not (mine and theirs):
        yield _difference("answer", Kind.NUMBER, ", ".join(sorted(mine)), ", ".join(sorted(theirs)))


def _words(mine: str, theirs: str, language: str) -> Iterator[Discrepancy]:
    """Words of each of two answers that the other has not, nor one like it."""
    if words := other_words(asked(mine, language), asked(theirs, language), language, replaced=True):
        yield _difference("answer", "word", *(", ".join(sorted(side)) for side in words))


def _facts(mine: Iterable[Fact], theirs: Iterable[Fact], part: _Part = "answer") -> Iterator[Discrepancy]:
    """Facts of one kind of which each side has some that the other has not; or of which only one side has any."""
    left, right = ({comparison_value(fact): fact.raw.strip() for fact in facts} for facts in (mine, theirs))
    for kind in sorted({key[0] for key in left.keys() ^ right.keys()}):
        here, there = (_only_in(side, beside, kind) for side, beside in ((left, right), (right, left)))
        yield _difference(part, kind, here, there, opposes=bool(here and there))


def _only_in(side: dict[Key, str], beside: dict[Key, str], kind: str) -> str:
    return ", ".join(raw for key, raw in side.items() if key[0] == kind and key not in beside)
