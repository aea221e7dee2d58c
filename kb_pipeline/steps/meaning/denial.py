"""Denials of two texts, counted: dropped, put in, or at another place. Words are counted, meanings are not known."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from kb_pipeline.steps.language.negation import hints_of_denial, renders_with_negations
from kb_pipeline.steps.language.patterns import longest_first, whole
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.meaning.alignment import Part
from kb_pipeline.steps.meaning.differences import differing, extra, missing
from kb_pipeline.steps.meaning.lexicon import count_possible
from kb_pipeline.steps.meaning.quantities import has_turned_bound
from kb_pipeline.steps.meaning.values import Commitment, Difference, Kind

_WORD = re.compile("[a-z]+")
CLAUSE = re.compile(r"[.,!?;，。！？；、\n]")
_SCOPE, _BEFORE = 60, 14  # characters behind a denial, and before it, in which a word may take it back
_LONG = 160  # characters from which a word that may deny says nothing
_WITHOUT_DENIAL = ("only", "except", "must")  # what says so instead
_FAR = 0.05  # of a part's length: a negation that stands so much earlier or later is another one


def denial(one: Part, other: Part) -> Iterator[Difference]:
    """A negation that is gone or put in. One of several that is gone differs: the other side still denies something."""
    if not all(language_of(part.language).negation.negations for part in (one, other)):
        return
    ours, there = _denials(one), _denials(other)
    if bool(ours) != bool(there) and has_turned_bound(one, other):
        return
    here = _firm(one, ours)
    negative = _negative(one, other) if ours or not there else []
    if here and len(here) + len(negative) > len(there):
        yield from _lost(one, other, here, there, len(negative))
    elif here and (_is_elsewhere(one, other, here, there) or _is_turned(one, other, here) or _is_swapped(one, other)):
        yield differing(here[0], there[0])
    elif negative and not there and not _is_said(negative[0], one, other):
        yield missing(negative[0])
    elif not ours and (put_in := _firm(other, there)) and hints_of_denial(one.key, one.language) < len(put_in):
        yield extra(put_in[0])


def _lost(one: Part, other: Part, here: list[Commitment], there: list[Commitment], negative: int) -> Iterator[Difference]:
    """Denials that are more than the other text has; `negative`: words that it would deny beside them."""
    rendered = max(0, _otherwise(other) - _count(one.key, one, "no")) if len(other.key) < _LONG else 0
    left = len(here) - _undone(one, other, here)
    if there:
        if left + negative > len(there) + rendered:
            yield differing(here[0], there[0])
    elif (
        left > 0
        and left + negative > rendered
        and not (len(here) == 1 and rendered > negative)
        and not _is_left(one, other, here[0])
    ):
        yield missing(here[0])


def _negative(one: Part, other: Part) -> list[Commitment]:
    """The words that deny without a negation: verbs, and what the other language says with a negation."""
    values = ("refusal", "negative") if renders_with_negations(other.language) else ("refusal",)
    return [found for found in one.of(Kind.DENIAL) if found.value in values]


def _is_said(negative: Commitment, one: Part, other: Part) -> bool:
    """Whether the other text, which has no negation, says a word of the first that denies: as it is, or by such a word."""
    word = one.reading.key[negative.start : negative.end]
    return word in other.key or _otherwise(other) > 0


def _otherwise(part: Part) -> int:
    """How many words of a part may deny without a negation."""
    return _count(part.key, part, "no") + sum(found.value in ("refusal", "negative") for found in part.of(Kind.DENIAL))


def _denials(part: Part) -> list[Commitment]:
    """The denials of a part, without those of `not all`, which is a quantity."""
    found = [found for found in part.of(Kind.DENIAL) if found.value == "no"]
    return _outside(found, part.of(Kind.QUANTITY), "not all") if "not all" in part.values else found


def _firm(part: Part, denials: list[Commitment]) -> list[Commitment]:
    """The denials that another language says, too: not those of `no worries`, of ไม่เกิน."""
    return _outside(denials, part.of(Kind.DENIAL), "weak") if "weak" in part.values else denials


def _outside(denials: list[Commitment], phrases: list[Commitment], value: str) -> list[Commitment]:
    spans = [(one.start, one.end) for one in phrases if one.value == value]
    return [one for one in denials if not any(start <= one.start < end for start, end in spans)]


def _is_turned(one: Part, other: Part, here: list[Commitment]) -> bool:
    """Whether all denials of the first text affirm, as do not forget does, and those of the second do not."""
    return all(_is_undone(one, found, "affirmed") for found in here) and not _is_affirmed(other)


def _undone(one: Part, other: Part, here: list[Commitment]) -> int:
    """How many denials are taken back, so that the other may say it without: not until, as only when; do not forget."""
    values = ("undone", "affirmed") if other.says(*_WITHOUT_DENIAL) else ("affirmed",)
    return sum(_is_undone(one, found, *values) for found in here)


def _is_undone(part: Part, denied: Commitment, *values: str) -> bool:
    """Whether a word behind a denial, in its clause, takes it back: not until, do not forget."""
    start = denied.start - part.span[0]
    end = CLAUSE.search(part.key, start)
    clause = part.key[max(0, start - _BEFORE) : min(start + _SCOPE, end.start() if end else start + _SCOPE)]
    return any(_count(clause, part, value) for value in values)


def _is_affirmed(part: Part) -> bool:
    return any(_count(part.key, part, value) for value in ("affirmed", "undone"))


def _count(text: str, part: Part, value: str) -> int:
    return count_possible(text, part.language, Kind.DENIAL, value)


def _is_left(one: Part, other: Part, denied: Commitment) -> bool:
    """Whether the word that denies stands in the other text as it is: a `No` in a table."""
    word = _WORD.match(one.reading.key, denied.start)
    return word is not None and re.search(rf"(?<![a-z]){re.escape(word[0])}(?![a-z])", other.key) is not None


def _is_elsewhere(one: Part, other: Part, here: list[Commitment], there: list[Commitment]) -> bool:
    """Whether the target has its negations where the source has none. Never in one sentence, whose word order may be any."""
    if len(there) > 3 or len(there) < len(here) or not (ends := one.sentence_ends()):
        return False
    edges = [0, *ends, len(one.key)]
    sentences = [next((low, high) for low, high in pairwise(edges) if found.start - one.span[0] < high) for found in here]
    spans = [(low / len(one.key), high / len(one.key)) for low, high in sentences]
    return _distance(spans, [(found.start - other.span[0]) / len(other.key) for found in there]) > _FAR


def _is_swapped(one: Part, other: Part) -> bool:
    """Whether the one clause of a contrast denies in the first text, and the other clause in the second: not this, but that."""
    ours, theirs = _denying_clauses(one), _denying_clauses(other)
    return sorted(ours) == sorted(theirs) == [False, True] and ours != theirs


def _denying_clauses(part: Part) -> list[bool]:
    """Of the two clauses around the only contrast of a part, whether each denies; nothing where it has none or several."""
    contrast = _contrast(part.language)
    found = list(contrast.finditer(part.key)) if contrast else []
    if len(found) != 1:
        return []
    middle, denied = part.span[0] + found[0].start(), [one.start for one in part.of(Kind.DENIAL)]
    return [any(at < middle for at in denied), any(at > middle for at in denied)]


@lru_cache(maxsize=64)
def _contrast(language: str) -> re.Pattern[str] | None:
    words = language_of(language).cues.contrast
    return re.compile("|".join(map(whole, longest_first(words)))) if words else None


def _distance(here: list[tuple[float, float]], there: list[float]) -> float:
    """The largest shift if every span of `here` has a place of its own in `there`, in order, as near as possible."""
    best = [0.0] * (len(there) + 1)
    for low, high in here:
        row = [1.0]
        for n, place in enumerate(there):
            row.append(min(row[n], max(best[n], low - place, place - high)))
        best = row
    return best[-1]
