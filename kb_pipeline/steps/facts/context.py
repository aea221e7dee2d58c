"""Which market facts are meant where a value of the source stands: by what stands around it. No target, no I/O.

A value is looked at from near to far: its clause, its statement, what is cited for it, the question. The nearest place in
which a fact's context fits decides. What a nearer value has taken up is not given to a farther one of the same amount, nor is
one question to two statements.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase
from functools import lru_cache

from kb_pipeline.domain.facts import Fact
from kb_pipeline.domain.markets import FactContext, MarketFact
from kb_pipeline.steps.facts.passage import Passage, Span
from kb_pipeline.steps.facts.ruling import Ruling
from kb_pipeline.steps.facts.values import Key, comparison_value
from kb_pipeline.steps.language.stems import stop_words
from kb_pipeline.steps.language.terms import Lexicon, TermHit
from kb_pipeline.steps.language.words import words


class Closeness(IntEnum):
    """Where a fact's context fits, seen from its value."""

    CLAUSE = 0
    STATEMENT = 1
    CITED = 2  # in every cited sentence that holds the value, in the headings above it, or by its article
    QUESTION = 3
    NOWHERE = 4


@dataclass(frozen=True)
class Occurrence:
    """A value of the source that market facts speak of: `rules` are those that are meant there, or, unless `sure`, may be."""

    fact: Fact
    rules: tuple[MarketFact, ...]
    sure: bool


def occurrences(passage: Passage, ruling: Ruling) -> tuple[Occurrence, ...]:
    """The values of a passage that market facts speak of, in order. Sure: all rules that fit say the same value."""
    valued = [(fact, comparison_value(fact)) for fact in passage.facts]
    spoken_of = [(fact, value) for fact, value in valued if value in ruling.spoken_of]
    if not spoken_of:
        return ()
    reader = _Reader(passage, _contexts(ruling, passage.language))
    places = [_Place(fact, value, reader.fitting(fact, value, ruling.spoken_of[value])) for fact, value in spoken_of]
    return tuple(_judged(place, places, passage, ruling) for place in places)


@dataclass(frozen=True)
class _Place:
    """A value, the nearest place where a context fits, and the rules of which it does."""

    fact: Fact
    value: Key
    fit: tuple[Closeness, tuple[MarketFact, ...]]


def _judged(place: _Place, places: Sequence[_Place], passage: Passage, ruling: Ruling) -> Occurrence:
    closeness, rules = place.fit
    if closeness is Closeness.NOWHERE:
        return Occurrence(place.fact, ruling.spoken_of[place.value], sure=False)
    others = [other for other in places if other is not place and other.value == place.value]
    taken = any(_takes(other, place, passage) for other in others)
    return Occurrence(place.fact, rules, sure=not taken and len({rule.value for rule in rules}) == 1)


def _takes(other: _Place, place: _Place, passage: Passage) -> bool:
    """Whether the context by which `place` fits is rather that of another value that is equal."""
    together = passage.statement_of(other.fact) == passage.statement_of(place.fact)
    if place.fit[0] is Closeness.STATEMENT:
        return together and other.fit[0] is Closeness.CLAUSE
    return (
        place.fit[0] is Closeness.QUESTION
        and other.fit[0] is not Closeness.NOWHERE
        and not (together or passage.is_asked(other.fact))
    )


class _Contexts:
    """The phrases of all rules in the words of one language, which are looked for together."""

    def __init__(self, rules: Iterable[MarketFact], language: str) -> None:
        self._words = {phrase: _split(phrase, language) for rule in rules for phrase in _phrases(rule.context)}
        self._lexicon = Lexicon((word for phrase in self._words.values() for word in sorted(phrase)), language)

    def words_in(self, text: str) -> tuple[TermHit, ...]:
        """The words of phrases that `text` has, in whatever form."""
        return self._lexicon.find(text)

    def have(self, phrases: Iterable[str], hits: Iterable[TermHit], span: Span | None = None) -> bool:
        """Whether the hits, of those in `span` if one is given, are all words of one of the phrases."""
        start, end = span or (0, sys.maxsize)
        met = {hit.term for hit in hits if start <= hit.start and hit.end <= end}
        return any(self._words[phrase] <= met for phrase in phrases)


class _Reader:
    """Finds out how near to a value of one passage a context fits."""

    def __init__(self, passage: Passage, contexts: _Contexts) -> None:
        self._passage = passage
        self._contexts = contexts

    def fitting(self, fact: Fact, value: Key, rules: Iterable[MarketFact]) -> tuple[Closeness, tuple[MarketFact, ...]]:
        """The nearest place where a rule's context fits, and the rules of which it does."""
        found = [(self._closeness(fact, value, rule.context), rule) for rule in rules]
        nearest = min(closeness for closeness, _ in found)
        return nearest, tuple(rule for closeness, rule in found if closeness is nearest)

    def _closeness(self, fact: Fact, value: Key, context: FactContext) -> Closeness:
        near = self._near(self._passage, fact, context)
        if near is not None:
            return near
        cited = [self._is_cited(at, value, context) for at in range(len(self._passage.citations))]
        supporting = [fits for fits in cited if fits is not None]
        if any(supporting):
            return Closeness.CITED if all(supporting) else Closeness.NOWHERE
        return Closeness.QUESTION if self._fits(context, self._passage.question) else Closeness.NOWHERE

    def _near(self, passage: Passage, fact: Fact, context: FactContext) -> Closeness | None:
        """By clause and statement; NOWHERE if they say that another thing is meant, None if they say nothing."""
        statement, hits = passage.statement_of(fact), self._contexts.words_in(passage.text)
        for closeness, span in ((Closeness.CLAUSE, passage.clause_of(fact)), (Closeness.STATEMENT, statement)):
            if self._contexts.have(context.phrases, hits, span):
                return Closeness.NOWHERE if self._contexts.have(context.unless, hits, span) else closeness
        return Closeness.NOWHERE if self._contexts.have(context.unless, hits, statement) else None

    def _is_cited(self, at: int, value: Key, context: FactContext) -> bool | None:
        """Whether the context fits a cited sentence; None: the sentence does not hold the value."""
        citation, passage = self._passage.citations[at], self._passage.cited[at]
        facts = [fact for fact in passage.facts if comparison_value(fact) == value]
        if not facts:
            return None
        near = [self._near(passage, fact, context) for fact in facts]
        is_here = any(fnmatchcase(citation.article_id, glob) for glob in context.articles)
        above = is_here or self._fits(context, " > ".join(citation.heading_path))
        return all(above if closeness is None else closeness is not Closeness.NOWHERE for closeness in near)

    def _fits(self, context: FactContext, text: str) -> bool:
        hits = self._contexts.words_in(text)
        return self._contexts.have(context.phrases, hits) and not self._contexts.have(context.unless, hits)


@lru_cache(maxsize=64)
def _contexts(ruling: Ruling, language: str) -> _Contexts:
    return _Contexts(ruling.rules, language)


def _phrases(context: FactContext) -> tuple[str, ...]:
    return (*context.phrases, *context.unless)


def _split(phrase: str, language: str) -> frozenset[str]:
    """The words of a phrase that carry its meaning; all of them, if none does."""
    found, stop = words(phrase, language), stop_words(language)
    return frozenset([word for word in found if word.casefold() not in stop] or found)
