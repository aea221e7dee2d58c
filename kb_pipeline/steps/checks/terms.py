"""The market's words: terms, names that stay, live labels, spelling. Words are matched on segmented boundaries."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.domain.markets import Term, TermStatus
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.facts.numbers import primary
from kb_pipeline.steps.segment import segments

_USABLE = (TermStatus.PREFERRED, TermStatus.ADMITTED)
_ENDINGS = "(?:s|es|'s|’s|d|ed|ing)?"  # of an English word, so that `order` is met in `orders` and `ordered`
_QUOTED = re.compile(r"[\"“「『](?P<label>[^\"”」』\n]{1,60})[\"”」』]")
_CLAIMED = "\x00"


def occurs(term: str, text: str, language: str) -> bool:
    """Whether `term` is a word, or a run of words, of `text`; letter case and English endings do not matter."""
    return bool(occurrences(term, text, language))


def occurrences(term: str, text: str, language: str) -> tuple[tuple[int, int], ...]:
    """The spans of `term` in `text`, each beginning and ending where words do."""
    if not term.strip():
        return ()
    found = tuple(match.span() for match in _pattern(term, primary(language) == "en").finditer(text))
    if not found or term.isascii():
        return found
    edges = _edges(text, language)
    return tuple((start, end) for start, end in found if start in edges and end in edges)


@rule("term-missing", MqmCategory.TERMINOLOGY, Severity.MAJOR)
def term_missing(subject: Subject) -> Iterator[Flaw]:
    """Where a source term occurs, one of its preferred or admitted renderings is used; longer terms go first."""
    wanted: dict[str, list[Term]] = defaultdict(list)
    for term in subject.market.terms:
        if term.status in _USABLE and subject.speaks(term.source_lang):
            wanted[term.source].append(term)
    for source in _present(list(wanted), subject.source_text, subject.source_language):
        renderings = sorted(wanted[source], key=lambda term: term.status is not TermStatus.PREFERRED)
        if not any(_is_used(term.target, subject) for term in renderings):
            others = [term.target for term in renderings[1:]]
            also = f" (or {', '.join(others)})" if others else ""
            yield Flaw(f"render '{source}' as '{renderings[0].target}'{also}")


@rule("term-forbidden", MqmCategory.TERMINOLOGY, Severity.MAJOR)
def term_forbidden(subject: Subject) -> Iterator[Flaw]:
    """No forbidden rendering of a term of the source; within one language, nowhere at all."""
    usable = [t.target for t in subject.market.terms if t.status in _USABLE]
    for term in subject.market.terms:
        if term.status is not TermStatus.FORBIDDEN or not subject.speaks(term.source_lang):
            continue
        if not (subject.same_language or not term.source or occurs(term.source, subject.source_text, subject.source_language)):
            continue
        longer = [target for target in usable if term.target in target]
        for part, text in subject.parts():
            for start, end in occurrences(term.target, _without(longer, text), subject.market.tag):
                hint = term.note or _preferred(term.source, subject) or "choose another word"
                yield Flaw(f"'{text[start:end]}' must not be used for '{term.source}': {hint}", part, (start, end))


@rule("do-not-translate", MqmCategory.TERMINOLOGY, Severity.MAJOR)
def do_not_translate(subject: Subject) -> Iterator[Flaw]:
    """Names that stay in every language stand in the target, letter by letter."""
    for term in subject.market.terms:
        if term.status is not TermStatus.DO_NOT_TRANSLATE or not subject.speaks(term.source_lang):
            continue
        name = term.target or term.source
        if occurs(term.source, subject.source_text, subject.source_language) and name not in subject.target_text:
            yield Flaw(f"'{name}' is a name that is never translated; write it letter by letter")


@rule("ui-label", MqmCategory.TERMINOLOGY, Severity.MAJOR)
def ui_label(subject: Subject) -> Iterator[Flaw]:
    """A bold or quoted label of the source appears as the label that the market's app shows."""
    live: dict[str, list[str]] = defaultdict(list)
    for label in subject.market.ui_strings:
        if subject.speaks(label.source_lang):
            live[comparison_key(label.source).casefold()].append(label.target)
    shown = comparison_key(subject.target_text)
    named = [fact.value for fact in subject.source_facts if fact.kind is FactKind.UI_LABEL]
    named += [match["label"] for match in _QUOTED.finditer(subject.source_text)]
    for name in dict.fromkeys(named):
        targets = live.get(comparison_key(name).casefold(), [])
        if targets and not any(comparison_key(target) in shown for target in targets):
            yield Flaw(f"the label '{name}' is '{targets[0]}' in this market's app; write **{targets[0]}**")


@rule("adapt-spelling", MqmCategory.LOCALE, Severity.MINOR)
def adapt_spelling(subject: Subject) -> Iterator[Flaw]:
    """Another region's spelling or word, with the market's own as the fix; capitals are kept."""
    for theirs, ours in sorted(subject.market.conventions.spelling.items(), key=lambda pair: -len(pair[0])):
        pattern = _pattern(theirs, inflected=False)
        for part, text in subject.parts():
            for match in pattern.finditer(text):
                fix = ours[0].upper() + ours[1:] if match[0][0].isupper() else ours
                yield Flaw(f"write '{fix}', not '{match[0]}'", part, match.span(), fix)


def _present(terms: list[str], text: str, language: str) -> Iterator[str]:
    """The terms that occur in `text`; what a longer term has claimed is no occurrence of a shorter one."""
    for term in sorted(terms, key=len, reverse=True):
        spans = occurrences(term, text, language)
        for start, end in spans:
            text = text[:start] + _CLAIMED * (end - start) + text[end:]
        if spans:
            yield term


def _is_used(target: str, subject: Subject) -> bool:
    """Whether a rendering is in the target. In scripts without spaces anywhere: segmenters split compounds as they like."""
    if target.isascii():
        return occurs(target, subject.target_text, subject.market.tag)
    return comparison_key(target).casefold() in comparison_key(subject.target_text).casefold()


def _preferred(source: str, subject: Subject) -> str:
    targets = (t.target for t in subject.market.terms if t.source == source and t.status is TermStatus.PREFERRED)
    target = next(targets, "")
    return f"write '{target}'" if target else ""


def _without(longer: list[str], text: str) -> str:
    for target in longer:
        text = text.replace(target, _CLAIMED * len(target))
    return text


@lru_cache(maxsize=8192)
def _pattern(term: str, inflected: bool) -> re.Pattern[str]:
    """A term of words in any case, an abbreviation (`COD`) in its own case only; Latin words whole."""
    body = r"\s+".join(re.escape(word) for word in term.split())
    if inflected and term[-1].isascii() and term[-1].isalpha() and not term.isupper():
        body = rf"{body[:-1]}(?:y|ies|ied)" if term.endswith("y") and len(term) > 3 else f"{body}{_ENDINGS}"
    before = r"(?<![A-Za-z0-9_\u00c0-\u024f])" if term[0].isascii() else ""
    after = r"(?![A-Za-z0-9_\u00c0-\u024f])" if term[-1].isascii() else ""
    return re.compile(f"{before}{body}{after}", re.NOFLAG if term.isupper() and term.isascii() else re.IGNORECASE)


@lru_cache(maxsize=512)
def _edges(text: str, language: str) -> frozenset[int]:
    """The offsets in `text` where a word begins or ends."""
    edges, at = {0}, 0
    for segment in segments(text, language):
        at += len(segment)
        edges.add(at)
    return frozenset(edges)
