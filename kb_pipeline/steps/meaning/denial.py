"""Denials of two texts, counted: dropped, put in, or at another place. Words of negation are counted, meanings are not known."""

import re
from collections.abc import Iterator
from itertools import pairwise

from kb_pipeline.steps.language.negation import hints_of_denial, negative_words
from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.meaning.alignment import Part
from kb_pipeline.steps.meaning.differences import differing, extra, missing
from kb_pipeline.steps.meaning.lexicon import count_possible
from kb_pipeline.steps.meaning.values import Commitment, Difference, Kind

_WORD = re.compile("[a-z]+")
_FAR = 0.2  # of a part's length: a negation that stands so much earlier or later is another one


def denial(one: Part, other: Part) -> Iterator[Difference]:
    """A negation that is gone or put in. One of several that is gone differs: the other side still denies something."""
    here, there = one.of(Kind.DENIAL), other.of(Kind.DENIAL)
    if not all(language_of(part.language).negation.negations for part in (one, other)):
        return
    rendered = _count(other, "no") if here else 0
    negative = negative_words(one.key, one.language, other.language) if here or not there else []
    undone = _count(one, "undone") + _count(one, "affirmed") if here else 0
    if here and not there and not rendered:
        if not undone and not _is_left(one, other, here[0]):
            yield missing(here[0])
    elif here and (len(here) + len(negative) - undone > len(there) + rendered or _is_elsewhere(one, other, here, there)):
        yield differing(here[0], there[0]) if there else missing(here[0])
    elif here and len(here) == _count(one, "affirmed") and there and not (_count(other, "affirmed") or _count(other, "undone")):
        yield differing(here[0], there[0])
    elif negative and not there and negative[0] not in other.key:
        at = one.span[0] + one.key.find(negative[0])
        yield missing(Commitment(Kind.DENIAL, negative[0], at, at + len(negative[0])))
    elif len(there) > len(here) == 0 and hints_of_denial(one.key, one.language) < len(there):
        yield extra(there[0])


def _is_left(one: Part, other: Part, denied: Commitment) -> bool:
    """Whether the word that denies stands in the other text as it is: a `No` in a table."""
    word = _WORD.match(one.reading.key, denied.start)
    return word is not None and re.search(rf"(?<![a-z]){re.escape(word[0])}(?![a-z])", other.key) is not None


def _count(part: Part, value: str) -> int:
    return count_possible(part.key, part.language, Kind.DENIAL, value)


def _is_elsewhere(one: Part, other: Part, here: list[Commitment], there: list[Commitment]) -> bool:
    """Whether the target has its negations where the source has none. Never in one sentence, whose word order may be any."""
    if len(there) > 3 or len(there) < len(here) or not one.sentence_ends:
        return False
    ends = [0, *one.sentence_ends, len(one.key)]
    sentences = [next((low, high) for low, high in pairwise(ends) if found.start - one.span[0] < high) for found in here]
    spans = [(low / len(one.key), high / len(one.key)) for low, high in sentences]
    return _distance(spans, [(found.start - other.span[0]) / len(other.key) for found in there]) > _FAR


def _distance(here: list[tuple[float, float]], there: list[float]) -> float:
    """The largest shift if every span of `here` has a place of its own in `there`, in order, as near as possible."""
    best = [0.0] * (len(there) + 1)
    for low, high in here:
        row = [1.0]
        for n, place in enumerate(there):
            row.append(min(row[n], max(best[n], low - place, place - high)))
        best = row
    return best[-1]
