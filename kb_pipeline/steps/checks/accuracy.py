"""What must come through as it is, or as the market's own fact says: amounts, periods, dates, placeholders, links."""

import re
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.domain.findings import MqmCategory, Severity, TextPart
from kb_pipeline.domain.markets import MarketFact
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.facts import compare
from kb_pipeline.steps.facts.compare import comparison_value, facts_of, market_facts

_SOFT = (FactKind.COUNT, FactKind.TIME)  # counts may be meant otherwise; times are written in many ways
_COPIED = 70.0  # rapidfuzz ratio; of 39 Thai texts of the embedded model 3 copies scored 80 to 100, all others at most 56
_LOCALE_STEP = re.compile(r"/[a-z]{2}(?:-[A-Za-z]{2,4})?(?=/|$)")


@rule("facts-preserved", MqmCategory.ACCURACY, Severity.CRITICAL)
def facts_preserved(subject: Subject) -> Iterator[Flaw]:
    """Every fact of the source appears as the market's value, and nothing is invented. Counts and times are major."""
    found = compare(subject.source_facts, subject.target_facts, subject.market, subject.day)
    told: set[str] = set()
    taken_over: list[Fact] = []  # the source's own value, left where the market has another
    for fact in found.missing:
        market_fact = found.rule_for(fact)
        if market_fact:
            message = f"write {market_fact.value}, not {fact.raw.strip()} (market fact {market_fact.key})"
        else:
            message = f"{_name(fact)} '{fact.raw.strip()}' of the source is missing; it must stay as it is"
        left = [extra for extra in found.extra if market_fact and comparison_value(extra) == comparison_value(fact)]
        for extra in left if message not in told else ():
            part, start, end = subject.place(extra.start, extra.end)
            yield Flaw(message, part, (start, end), _in_place_of(extra, found.rules_for(fact), subject), _severity(fact))
        if not left and message not in told:
            yield Flaw(message, severity=_severity(fact))
        told.add(message)
        taken_over += left
    for fact in (extra for extra in found.extra if extra not in taken_over):
        part, start, end = subject.place(fact.start, fact.end)
        message = f"{_name(fact)} '{fact.raw.strip()}' is not in the source; use only the source's and the market's facts"
        yield Flaw(message, part, (start, end), severity=_severity(fact))


def _in_place_of(fact: Fact, rules: Sequence[MarketFact], subject: Subject) -> str | None:
    """What to write for `fact`, if that is certain: one value of the market, and on both sides one fact and nothing else."""
    if len({rule.value for rule in rules}) != 1:
        return None
    old, new = rules[0].source_value.strip(), rules[0].value.strip()
    alone = [[f.raw.strip() for f in facts_of(text, subject.market)] for text in (old, new)]
    return fact.raw.replace(fact.raw.strip(), new) if alone == [[old], [new]] else None


@rule("foreign-currency", MqmCategory.LOCALE, Severity.CRITICAL)
def foreign_currency(subject: Subject) -> Iterator[Flaw]:
    """An amount in another currency than the market's, where no market fact says what to write instead."""
    rules = market_facts(subject.market, subject.day)
    known = {comparison_value(f) for r in rules for text in (r.value, r.source_value) for f in facts_of(text, subject.market)}
    own = subject.market.conventions.currency
    for fact in subject.target_facts:
        if fact.kind is FactKind.MONEY and fact.unit != own and comparison_value(fact) not in known:
            part, start, end = subject.place(fact.start, fact.end)
            yield Flaw(
                f"'{fact.raw.strip()}' is not in {own} and no market fact says what holds in {subject.market.name}; "
                "never convert it: add the fact to the market's facts.csv, or leave the amount out",
                part,
                (start, end),
            )


@rule("placeholder", MqmCategory.DESIGN, Severity.CRITICAL)
def placeholder(subject: Subject) -> Iterator[Flaw]:
    """Placeholders are the same on both sides."""
    source, target = (_values(facts, FactKind.PLACEHOLDER) for facts in (subject.source_facts, subject.target_facts))
    for name in sorted(source - target):
        yield Flaw(f"the placeholder {name} is missing; copy it letter by letter")
    for name in sorted(target - source):
        yield Flaw(f"the placeholder {name} is not in the source; remove it")


@rule("link", MqmCategory.DESIGN, Severity.MAJOR)
def link(subject: Subject) -> Iterator[Flaw]:
    """Links lead to the same places; a language step in the path (`/en-us/`) may differ, and an anchor."""
    source, target = ({_place(url): url for url in _values(facts, FactKind.URL)} for facts in _both(subject))
    for place in sorted(source.keys() - target.keys()):
        yield Flaw(f"the link {source[place]} is missing; copy it letter by letter")
    for place in sorted(target.keys() - source.keys()):
        yield Flaw(f"the link {target[place]} is not in the source; remove it")


def _both(subject: Subject) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    return subject.source_facts, subject.target_facts


def _values(facts: tuple[Fact, ...], kind: FactKind) -> set[str]:
    return {fact.value for fact in facts if fact.kind is kind}


def _place(url: str) -> str:
    return _LOCALE_STEP.sub("", url.partition("#")[0].lower()).rstrip("/")


def _severity(fact: Fact) -> Severity:
    return Severity.MAJOR if fact.kind in _SOFT else Severity.CRITICAL


def _name(fact: Fact) -> str:
    return {FactKind.MONEY: "the amount", FactKind.PERCENT: "the percentage", FactKind.COUNT: "the number"}.get(
        fact.kind, f"the {fact.kind.value}"
    )


@rule("example-copied", MqmCategory.ACCURACY, Severity.CRITICAL)
def example_copied(subject: Subject) -> Iterator[Flaw]:
    """The text is not the pack's example, which small models like to repeat instead of localizing the source."""
    for _, source_answer, question, answer in subject.market.examples:
        if _alike(source_answer, subject.source.answer):
            continue
        for part, example, text in (
            (TextPart.QUESTION, question, subject.target.question),
            (TextPart.ANSWER, answer, subject.target.answer),
        ):
            if _alike(example, text):
                yield Flaw(f"'{text[:80]}' is the style guide's example; say what the source says", part, (0, len(text)))


def _alike(one: str, other: str) -> bool:
    return fuzz.ratio(comparison_key(one), comparison_key(other)) >= _COPIED
