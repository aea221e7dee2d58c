"""The market's words: terms, names that stay, live labels, spelling. Finding terms in text: steps.language.terms."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.domain.markets import Market, Term, TermStatus
from kb_pipeline.steps.checks.subject import Flaw, Place, Subject, rule
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.language.terms import Lexicon, TermHit, is_rendered, longest, occurrences, occurs

__all__ = ["adapt_spelling", "do_not_translate", "occurrences", "occurs", "term_forbidden", "term_missing", "ui_label"]

_USABLE = (TermStatus.PREFERRED, TermStatus.ADMITTED)
_QUOTED = re.compile(r"[\"“「『](?P<label>[^\"”」』\n]{1,60})[\"”」』]")


@dataclass(frozen=True, eq=False)
class _Words:
    """A market's term base and labels for one source language, compiled. Sources are keys: see `_key`."""

    market: Market
    sources: Lexicon
    renderings: Mapping[str, tuple[Term, ...]]  # the preferred ones first
    names: Mapping[str, str]  # what is never translated -> how it is written
    kept: Lexicon  # the names as they are written
    forbidden: Mapping[str, tuple[Term, ...]]  # by target
    forbidding: frozenset[str]  # the sources that forbid something, empty for what is forbidden whatever the source says
    banned: Lexicon
    labels: Mapping[str, tuple[str, ...]]
    spelling: Lexicon


_COMPILED: dict[tuple[int, str], _Words] = {}
_KEPT = 64  # packs and languages; more are only met where packs are made anew in memory, as in tests


@rule("term-missing", MqmCategory.TERMINOLOGY, Severity.MAJOR)
def term_missing(subject: Subject) -> Iterator[Flaw]:
    """Where a source term occurs, one of its preferred or admitted renderings is used; longer terms go first.

    What a name, or a label that the app shows, has claimed is no occurrence of a term: they have rules of their own.
    """
    words, hits = _met(subject)
    if not hits:
        return
    hits = tuple(h for h in hits if _key(h.term) in words.renderings or h.term in words.names)
    labels = _label_spans(subject, words)
    met = dict.fromkeys(_key(h.term) for h in longest(hits) if not any(a <= h.start and h.end <= b for a, b in labels))
    for source in sorted(met, key=len, reverse=True):
        renderings = words.renderings.get(source, ())
        if renderings and not any(is_rendered(t.target, subject.target_text, subject.market.tag) for t in renderings):
            others = [term.target for term in renderings[1:]]
            also = f" (or {', '.join(others)})" if others else ""
            yield Flaw(f"render '{renderings[0].source}' as '{renderings[0].target}'{also}")


@rule("term-forbidden", MqmCategory.TERMINOLOGY, Severity.MAJOR)
def term_forbidden(subject: Subject) -> Iterator[Flaw]:
    """No forbidden rendering of a term of the source; within one language, nowhere at all.

    Inside a longer rendering that is allowed it is none, nor where it is an allowed rendering of another term of the source.
    """
    words, hits = _met(subject)
    met = {_key(h.term) for h in hits}
    asked = met.union(_key(h.term) for phrasing in subject.source.phrasings for h in words.sources.find(phrasing))
    if not subject.same_language and words.forbidding.isdisjoint({"", *asked}):
        return
    for place, text in subject.parts():
        theirs = met if place.phrasing is None else asked
        for hit in longest(words.banned.find(text)):
            wanted = {t.target for key in theirs for t in words.renderings.get(key, ())}
            if hit.term in wanted or _inside_longer(hit, text, words):
                continue
            for term in words.forbidden[hit.term]:
                if subject.same_language or not term.source or _key(term.source) in theirs:
                    hint = term.note or _preferred(term, words) or "choose another word"
                    yield Flaw(f"'{text[hit.start : hit.end]}' must not be used for '{term.source}': {hint}", place, hit[:2])
                    break


@rule("do-not-translate", MqmCategory.TERMINOLOGY, Severity.MAJOR)
def do_not_translate(subject: Subject) -> Iterator[Flaw]:
    """Names that stay in every language stand in the target, letter by letter."""
    words, hits = _met(subject)
    message = "'{}' is a name that is never translated; write it letter by letter"
    wanted = dict.fromkeys([words.names[h.term] for h in hits if h.term in words.names])
    written = {h.term for h in words.kept.find(subject.target_text)} if wanted else set()
    yield from (Flaw(message.format(name)) for name in wanted if name not in written)
    pairs = _phrasing_pairs(subject) if words.names else ()
    theirs = [[words.names[h.term] for h in words.sources.find(source) if h.term in words.names] for _, source, _ in pairs]
    ours = [[h.term for h in words.kept.find(target)] for *_, target in pairs]
    yield from (Flaw(message.format(name), pairs[at].place) for at, name in _lost(theirs, ours))


@rule("ui-label", MqmCategory.TERMINOLOGY, Severity.MAJOR)
def ui_label(subject: Subject) -> Iterator[Flaw]:
    """A bold or quoted label of the source appears as the label that the market's app shows; a label may have several."""
    labels = _met(subject)[0].labels
    if not labels:
        return
    for name in dict.fromkeys(name for name, _ in _named(subject.source_text, subject.source_facts)):
        if (targets := labels.get(_key(name), ())) and not _shows(targets, subject.target_text):
            yield Flaw(_label_message(name, targets))
    yield from _labels_of_phrasings(subject, labels) if subject.target.phrasings else ()


def _labels_of_phrasings(subject: Subject, labels: Mapping[str, tuple[str, ...]]) -> Iterator[Flaw]:
    """Labels that a phrasing leaves as the source has them, and labels of the source's phrasing that its own one lacks."""
    left = set[tuple[Place, str]]()
    for place, text in subject.phrasings():
        for name, span in _named(text, extract(text, subject.market.tag)):
            if (targets := labels.get(_key(name), ())) and not _shows(targets, name):
                left.add((place, _key(name)))
                yield Flaw(_label_message(name, targets), place, span, targets[0] if len(targets) == 1 else None)
    pairs = _phrasing_pairs(subject)
    theirs = [
        [name for name, _ in _named(p.source, extract(p.source, subject.source_language)) if _key(name) in labels]
        for p in pairs
    ]
    ours = [[name for names in theirs for name in names if _shows(labels[_key(name)], pair.target)] for pair in pairs]
    for at, name in _lost(theirs, ours):
        if (pairs[at].place, _key(name)) not in left:
            yield Flaw(_label_message(name, labels[_key(name)]), pairs[at].place)


@rule("adapt-spelling", MqmCategory.LOCALE, Severity.MINOR)
def adapt_spelling(subject: Subject) -> Iterator[Flaw]:
    """Another region's spelling or word, with the market's own as the fix; capitals are kept."""
    ours = subject.market.conventions.spelling
    if not ours:
        return
    for part, text in subject.parts():
        for start, end, theirs in longest(_met(subject)[0].spelling.find(text)):
            fix = ours[theirs][0].upper() + ours[theirs][1:] if text[start].isupper() else ours[theirs]
            yield Flaw(f"write '{fix}', not '{text[start:end]}'", part, (start, end), fix)


@lru_cache(maxsize=16)
def _met(subject: Subject) -> tuple[_Words, tuple[TermHit, ...]]:
    """The market's words, and every occurrence of a source of its term base in the source text. All rules ask once."""
    words = _words_of(subject)
    return words, words.sources.find(subject.source_text)


class _PhrasingPair(NamedTuple):
    """A phrasing of the target, and the source's that it was made from."""

    place: Place
    source: str
    target: str


def _phrasing_pairs(subject: Subject) -> tuple[_PhrasingPair, ...]:
    """The phrasings of both sides, where there are as many: else nobody knows which is whose."""
    source, target = subject.source.phrasings, subject.phrasings()
    if subject.same_language or len(source) != len(target):
        return ()
    return tuple(_PhrasingPair(place, theirs, ours) for theirs, (place, ours) in zip(source, target, strict=True))


def _lost(theirs: Sequence[Sequence[str]], ours: Sequence[Sequence[str]]) -> Iterator[tuple[int, str]]:
    """Which names of each source phrasing its own one lacks, unless another has it: people put phrasings in another order."""
    for at, names in enumerate(theirs):
        for name in dict.fromkeys(names):
            if name not in ours[at] and sum(name in side for side in ours) < sum(name in side for side in theirs):
                yield at, name


def _named(text: str, facts: Iterable[Fact]) -> list[tuple[str, tuple[int, int]]]:
    """The bold and quoted labels of `text`, and where they stand."""
    named = [(fact.value, (fact.start, fact.end)) for fact in facts if fact.kind is FactKind.UI_LABEL]
    return named + [(match["label"], match.span("label")) for match in _QUOTED.finditer(text)]


def _shows(labels: Iterable[str], text: str) -> bool:
    """Whether any of the labels stands in `text`."""
    return any(comparison_key(label) in comparison_key(text) for label in labels)


def _label_message(name: str, targets: Sequence[str]) -> str:
    also = f" (or {', '.join(targets[1:])})" if targets[1:] else ""
    return f"the label '{name}' is '{targets[0]}'{also} in this market's app; write **{targets[0]}**"


def _label_spans(subject: Subject, words: _Words) -> list[tuple[int, int]]:
    facts = (f for f in subject.source_facts if f.kind is FactKind.UI_LABEL)
    return [(f.start, f.end) for f in facts if _key(f.value) in words.labels]


def _inside_longer(hit: TermHit, text: str, words: _Words) -> bool:
    """Whether the forbidden word is part of a rendering that is allowed."""
    usable = (t.target for terms in words.renderings.values() for t in terms)
    for target in {t for t in usable if hit.term in t and t != hit.term}:
        at = text.find(target)
        while at >= 0:
            if at <= hit.start and hit.end <= at + len(target):
                return True
            at = text.find(target, at + 1)
    return False


def _preferred(term: Term, words: _Words) -> str:
    first = next(iter(words.renderings.get(_key(term.source), ())), None)
    return f"write '{first.target}'" if first and first.status is TermStatus.PREFERRED else ""


@lru_cache(maxsize=4096)
def _key(source: str) -> str:
    return comparison_key(source).casefold()


def _words_of(subject: Subject) -> _Words:
    """The market's words for the source's language, compiled at their first use.

    Kept by the identity of the market in memory, which is held: a copy with other terms may have the same fingerprint.
    """
    key = (id(subject.market), subject.source_language)
    words = _COMPILED.get(key)
    if words is None:
        if len(_COMPILED) >= _KEPT:
            _COMPILED.clear()
        words = _COMPILED[key] = _compile(subject.market, primary(subject.source_language))
    return words


def _compile(pack: Market, language: str) -> _Words:
    terms = [t for t in pack.terms if not t.source_lang or primary(t.source_lang) == language]
    renderings: dict[str, tuple[Term, ...]] = {}
    forbidden: dict[str, tuple[Term, ...]] = {}
    labels: dict[str, tuple[str, ...]] = {}
    for term in sorted(terms, key=lambda t: t.status is not TermStatus.PREFERRED):
        if term.status in _USABLE:
            renderings[_key(term.source)] = (*renderings.get(_key(term.source), ()), term)
        elif term.status is TermStatus.FORBIDDEN:
            forbidden[term.target] = (*forbidden.get(term.target, ()), term)
    for label in pack.ui_strings:
        if not label.source_lang or primary(label.source_lang) == language:
            labels[_key(label.source)] = (*labels.get(_key(label.source), ()), label.target)
    names = {t.source: t.target or t.source for t in terms if t.status is TermStatus.DO_NOT_TRANSLATE}
    sources = (t.source for t in terms if t.status is not TermStatus.DO_NOT_TRANSLATE)
    return _Words(
        market=pack,
        sources=Lexicon(sources, language, names=tuple(names)),
        renderings=renderings,
        names=names,
        kept=Lexicon((), pack.language, names=tuple(names.values())),
        forbidden=forbidden,
        forbidding=frozenset(_key(t.source) for terms in forbidden.values() for t in terms),
        banned=Lexicon(forbidden, pack.language),
        labels=labels,
        spelling=Lexicon(pack.conventions.spelling, pack.language, inflected=False),
    )
