"""Facts of a source and a target, compared as values after the market's own facts. Reads no text but the pack's."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.facts import BUDDHIST_OFFSET, Fact, FactKind
from kb_pipeline.domain.markets import Market, MarketFact
from kb_pipeline.steps.facts.durations import is_in_one_word
from kb_pipeline.steps.facts.ruling import Ruling, facts_of, market_facts, ruling
from kb_pipeline.steps.facts.values import COMPARED, OF_OTHER_RULES, Key, comparison_value

__all__ = ["COMPARED", "FactComparison", "Key", "compare", "comparison_value", "facts_of", "market_facts"]

_NUMBERS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


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


_NOTHING = FactComparison()


def compare(source: Iterable[Fact], target: Iterable[Fact], market: Market, day: date) -> FactComparison:
    """What is missing, extra and replaced in `target`, by value. Spans refer to the texts that the facts were found in.

    Tolerated: a bare number below 10 (unless another stands in its place), a bare number that is part of another fact on the
    other side, one unit of time (`within 1 week`, which the source may call `a week`), a duration in one word (`biweekly`), a
    Buddhist year where the market counts so, a date that the source writes ambiguously. A count's unit must be the same where
    both sides name one.
    """
    source = [fact for fact in source if fact.kind not in OF_OTHER_RULES]
    target = [fact for fact in target if fact.kind not in OF_OTHER_RULES]
    if not source and not target:
        return _NOTHING
    rules = ruling(market, day)
    if _are_alike(source, target) and not any(comparison_value(fact) in rules.spoken_of for fact in source):
        return _NOTHING
    ours, theirs = [(f, comparison_value(f)) for f in source], [(f, comparison_value(f)) for f in target]
    ruled = tuple((fact, rule) for fact, value in ours for rule in rules.spoken_of.get(value, ()))
    wanted = [_wanted(value, rules) for _, value in ours]
    present = {value for _, value in theirs}
    allowed = rules.free.union(*wanted)
    missing = [f for (f, _), wants in zip(ours, wanted, strict=True) if not wants & present]
    extra = [f for f, value in theirs if value not in allowed]
    missing += [f for f in source if f not in missing and _is_of_another_unit(f, target)]
    extra += [f for f in target if f not in extra and _is_of_another_unit(f, source)]
    replaced = tuple(_replacements(ruled, theirs, rules)) if ruled else ()
    return FactComparison(
        missing=(*_without_like(missing, target, market), *_exchanged(source, target)),
        extra=(*_without_like(extra, source, market, invented=True), *_exchanged(target, source)),
        replaced=replaced,
        ruled=ruled,
    )


def _are_alike(facts: list[Fact], others: list[Fact]) -> bool:
    return len(facts) == len(others) and sorted([fact.key for fact in facts]) == sorted([fact.key for fact in others])


def _wanted(value: Key, rules: Ruling) -> frozenset[Key]:
    """The values that the target may show for a source's."""
    speaking = rules.spoken_of.get(value)
    return frozenset[Key]().union(*(rules.shown[rule] for rule in speaking)) if speaking else frozenset((value,))


def _replacements(
    ruled: tuple[tuple[Fact, MarketFact], ...], theirs: list[tuple[Fact, Key]], rules: Ruling
) -> Iterable[tuple[Fact, Fact, str]]:
    for fact, rule in ruled:
        own = comparison_value(fact)
        yield from ((fact, shown, rule.key) for shown, value in theirs if value in rules.shown[rule] and value != own)


def _is_of_another_unit(fact: Fact, others: list[Fact]) -> bool:
    """Whether a count has a unit, and all of its likes on the other side have other ones."""
    if fact.kind is not FactKind.COUNT or not fact.unit:
        return False
    units = {other.unit for other in others if other.kind is FactKind.COUNT and other.value == fact.value}
    return bool(units) and "" not in units and fact.unit not in units


def _exchanged(facts: list[Fact], others: list[Fact]) -> tuple[Fact, ...]:
    """The bare numbers below 10 that stand more often here, if another one stands more often there: `2` has become `3`."""
    here, there = (Counter(fact.value for fact in side if _is_small(fact)) for side in (facts, others))
    if here == there or not there - here:
        return ()
    lasting = {fact.value: fact for fact in facts if _is_small(fact)}
    return tuple(lasting[value] for value in here - there)


def _without_like(facts: list[Fact], others: list[Fact], market: Market, *, invented: bool = False) -> tuple[Fact, ...]:
    """The facts that need a like among `others`."""
    return tuple(fact for fact in facts if not _has_like(fact, others, market, invented=invented))


def _has_like(fact: Fact, others: list[Fact], market: Market, *, invented: bool) -> bool:
    if fact.kind is FactKind.DURATION:
        return _has_like_duration(fact, others, invented=invented)
    if fact.kind is FactKind.DATE and invented:  # 6/14/2025, whose order the source does not tell
        numbers = {other.value.lstrip("0") for other in others if other.kind is FactKind.COUNT}
        return {part.lstrip("0") for part in fact.value.split("-") if part} <= numbers
    if comparison_value(fact)[0] != FactKind.COUNT:
        return False
    values = {fact.value}
    if market.conventions.buddhist_era and fact.value.isdigit():
        values |= {str(int(fact.value) + BUDDHIST_OFFSET), str(int(fact.value) - BUDDHIST_OFFSET)}
    if any(values & {other.value, *other.value.split("-"), *_NUMBERS.findall(other.raw)} for other in others):
        return not _is_of_another_unit(fact, others)
    return len(fact.value) < 2


def _has_like_duration(fact: Fact, others: list[Fact], *, invented: bool) -> bool:
    if fact.value == "1" and (invented or not any(character.isdigit() for character in fact.raw)):
        return True
    if invented:  # Net 30, 40 required hours
        return any(other.kind is FactKind.COUNT and not other.unit and other.value == fact.value for other in others)
    return is_in_one_word(fact)


def _is_small(fact: Fact) -> bool:
    return fact.kind is FactKind.COUNT and len(fact.value) < 2
