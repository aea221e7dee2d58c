"""Facts of a source and a target, compared as values after the market's own facts. Reads no text but the pack's."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.domain.markets import Market, MarketFact
from kb_pipeline.steps.facts.extract import extract

Key = tuple[str, str, str]  # kind, value, unit; durations and years brought to one unit

COMPARED = frozenset(FactKind) - {FactKind.URL, FactKind.PLACEHOLDER, FactKind.UI_LABEL}  # those have rules of their own
_IN_MINUTES = {
    "second": Decimal(1) / 60,
    "minute": Decimal(1),
    "hour": Decimal(60),
    "day": Decimal(1440),
    "week": Decimal(10080),
}
_IN_MONTHS = {"month": Decimal(1), "year": Decimal(12)}


class FactComparison(Value):
    """What became of the source's facts.

    `missing` are source facts without their like in the target, `extra` are target facts that nothing in the source or the
    pack accounts for. `replaced` are source facts that appear as the market's value, with the market fact's key; `ruled` are
    the source facts that a market fact speaks of, whether it was followed or not.
    """

    missing: tuple[Fact, ...] = ()
    extra: tuple[Fact, ...] = ()
    replaced: tuple[tuple[Fact, Fact, str], ...] = ()
    ruled: tuple[tuple[Fact, MarketFact], ...] = ()

    def rule_for(self, fact: Fact) -> MarketFact | None:
        """The market fact that speaks of a source fact."""
        return next(iter(self.rules_for(fact)), None)

    def rules_for(self, fact: Fact) -> tuple[MarketFact, ...]:
        """All market facts that speak of a source fact."""
        return tuple(rule for ruled, rule in self.ruled if ruled == fact)


def comparison_value(fact: Fact) -> Key:
    """What facts of two languages are compared by: 24 hours are 1 day, 12 months are 1 year, a lone year is a number."""
    if fact.kind is FactKind.DURATION:
        for table, unit in ((_IN_MINUTES, "minute"), (_IN_MONTHS, "month")):
            if fact.unit in table:
                return (fact.kind, str(round(Decimal(fact.value) * table[fact.unit], 3).normalize()), unit)
    if fact.kind is FactKind.DATE and fact.value.isdigit():
        return (FactKind.COUNT, fact.value, "")
    return fact.key


def market_facts(market: Market, day: date) -> tuple[MarketFact, ...]:
    """The market's facts that hold on `day`."""
    return tuple(fact for fact in market.facts if fact.is_valid_on(day))


def facts_of(text: str, market: Market) -> tuple[Fact, ...]:
    """The facts in a pack's value, whose language is not stated: the reading that leaves the fewest bare numbers."""
    return _facts_of(text, market.tag)


def compare(source: Iterable[Fact], target: Iterable[Fact], market: Market, day: date) -> FactComparison:
    """What is missing, extra and replaced in `target`, by value. Spans refer to the texts that the facts were found in.

    Tolerated: a bare number below 10, a bare number that is part of another fact on the other side, one unit of time (`within
    1 week`, which the source may call `a week`), a Buddhist year where the market counts so, a date that the source writes
    ambiguously.
    """
    source = [fact for fact in source if fact.kind in COMPARED]
    target = [fact for fact in target if fact.kind in COMPARED]
    rules = market_facts(market, day)
    ruled = tuple((fact, rule) for fact in source for rule in rules if _speaks_of(rule, fact, market))
    wanted = _wanted(source, ruled, market)
    present = {comparison_value(fact) for fact in target}
    allowed = set().union(*wanted.values(), *(_values(rule.value, market) for rule in rules if not rule.source_value))
    missing = tuple(f for f in source if not wanted[f.start, f.end] & present and not _is_told(f, target, market))
    extra = tuple(f for f in target if comparison_value(f) not in allowed and not _is_told(f, source, market, invented=True))
    return FactComparison(missing=missing, extra=extra, replaced=_replaced(ruled, target, market), ruled=ruled)


def _wanted(source: list[Fact], ruled: tuple[tuple[Fact, MarketFact], ...], market: Market) -> dict[tuple[int, int], set[Key]]:
    """By span of each source fact, the values that the target may show for it."""
    wanted: dict[tuple[int, int], set[Key]] = {}
    for fact in source:
        values = [_values(rule.value, market) for ruled_fact, rule in ruled if ruled_fact == fact]
        wanted[fact.start, fact.end] = set().union(*values) if values else {comparison_value(fact)}
    return wanted


def _replaced(
    ruled: tuple[tuple[Fact, MarketFact], ...], target: list[Fact], market: Market
) -> tuple[tuple[Fact, Fact, str], ...]:
    return tuple(
        (fact, shown, rule.key)
        for fact, rule in ruled
        for shown in target
        if comparison_value(shown) in _values(rule.value, market) and comparison_value(shown) != comparison_value(fact)
    )


def _speaks_of(rule: MarketFact, fact: Fact, market: Market) -> bool:
    return comparison_value(fact) in _values(rule.source_value, market)


def _values(text: str, market: Market) -> set[Key]:
    return {comparison_value(fact) for fact in facts_of(text, market)}


def _is_told(fact: Fact, others: list[Fact], market: Market, *, invented: bool = False) -> bool:
    """Whether `fact` needs no exact like among `others`."""
    if fact.kind is FactKind.DURATION:
        return fact.value == "1" and (invented or not any(character.isdigit() for character in fact.raw))
    if fact.kind is FactKind.DATE and invented:  # 6/14/2025, whose order the source does not tell
        numbers = {other.value.lstrip("0") for other in others if other.kind is FactKind.COUNT}
        return {part.lstrip("0") for part in fact.value.split("-") if part} <= numbers
    if comparison_value(fact)[0] != FactKind.COUNT:
        return False
    if len(fact.value) < 2:
        return True
    values = {fact.value}
    if market.conventions.buddhist_era and fact.value.isdigit():
        values |= {str(int(fact.value) + 543), str(int(fact.value) - 543)}
    return any(values & {other.value, *other.value.split("-")} or fact.value in other.raw for other in others)


@lru_cache(maxsize=4096)
def _facts_of(text: str, tag: str) -> tuple[Fact, ...]:
    readings = [extract(text, language) for language in (tag, "en", "zh")]
    return min(readings, key=lambda facts: (sum(fact.kind is FactKind.COUNT for fact in facts), len(facts)))
