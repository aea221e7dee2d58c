"""Facts of a source and a target, compared as values after the market's own facts. Reads no text but the pack's."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.facts import BUDDHIST_OFFSET, Fact, FactKind
from kb_pipeline.domain.markets import Market, MarketFact
from kb_pipeline.steps.facts.context import Occurrence, occurrences
from kb_pipeline.steps.facts.durations import is_in_one_word
from kb_pipeline.steps.facts.money import is_fraction
from kb_pipeline.steps.facts.passage import Passage
from kb_pipeline.steps.facts.ruling import Ruling, facts_of, market_facts, ruling
from kb_pipeline.steps.facts.values import COMPARED, OF_OTHER_RULES, Key, comparison_value
from kb_pipeline.steps.language.tags import primary

__all__ = ["COMPARED", "FactComparison", "Key", "compare", "comparison_value", "facts_of", "market_facts"]

_NUMBERS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


class FactComparison(Value):
    """What became of the source's facts.

    `missing` are source facts without their like in the target, `extra` are target facts that nothing in the source or the
    pack accounts for. `replaced` are source facts that appear as the market's value, with the market fact's key; `ruled` are
    the source facts that a market fact surely speaks of, whether it was followed or not; of those `asked` a person must say so,
    and the target may show the source's value or the market's.
    """

    missing: tuple[Fact, ...] = ()
    extra: tuple[Fact, ...] = ()
    replaced: tuple[tuple[Fact, Fact, str], ...] = ()
    ruled: tuple[tuple[Fact, MarketFact], ...] = ()
    asked: tuple[tuple[Fact, MarketFact], ...] = ()

    def rule_for(self, fact: Fact) -> MarketFact | None:
        """The market fact that surely speaks of a source fact."""
        return next(iter(self.rules_for(fact)), None)

    def rules_for(self, fact: Fact) -> tuple[MarketFact, ...]:
        """All market facts that surely speak of a source fact; they say the same value."""
        return tuple(rule for ruled, rule in self.ruled if ruled == fact)

    def asked_for(self, fact: Fact) -> tuple[MarketFact, ...]:
        """All market facts of which a person must say whether they speak of a source fact."""
        return tuple(rule for asked, rule in self.asked if asked == fact)


_NOTHING = FactComparison()


def compare(source: Passage, target: Iterable[Fact], market: Market, day: date) -> FactComparison:
    """What is missing, extra and replaced in `target`, by value. Spans refer to the texts that the facts were found in.

    Tolerated: a bare number below 10 (unless another stands in its place, or it is gone within one language), a bare number
    that is part of another fact on the other side, one unit of time (`within 1 week`, which the source may call `a week`), a
    duration in one word (`biweekly`), a Buddhist year where the market counts so, a date that the source writes ambiguously. A
    count's unit must be the same where both sides name one.
    """
    ours = [fact for fact in source.facts if fact.kind not in OF_OTHER_RULES]
    theirs = [fact for fact in target if fact.kind not in OF_OTHER_RULES]
    if not ours and not theirs:
        return _NOTHING
    rules = ruling(market, day)
    met = occurrences(source, rules) if rules.spoken_of and ours else ()
    if not met and _are_alike(ours, theirs):
        return _NOTHING
    found = _compared(ours, theirs, met, rules, market)
    if primary(source.language) != market.language:
        return found
    return found.model_copy(update={"missing": tuple(dict.fromkeys((*found.missing, *_dropped(ours, theirs))))})


def _compared(
    ours: list[Fact], theirs: list[Fact], met: tuple[Occurrence, ...], rules: Ruling, market: Market
) -> FactComparison:
    wanted = _wanted(ours, met, rules)
    shown = [(fact, comparison_value(fact)) for fact in theirs]
    present = {value for _, value in shown}
    allowed = rules.free.union(*wanted)
    missing = [fact for fact, wants in zip(ours, wanted, strict=True) if not wants & present]
    extra = [fact for fact, value in shown if value not in allowed]
    missing += [fact for fact in ours if fact not in missing and _is_of_another_unit(fact, theirs)]
    extra += [fact for fact in theirs if fact not in extra and _is_of_another_unit(fact, ours)]
    missing, extra = _without_lone_fractions(missing, extra), _without_lone_fractions(extra, missing)
    return FactComparison(
        missing=(*_without_like(missing, theirs, market), *_exchanged(ours, theirs)),
        extra=(*_without_like(extra, ours, market, invented=True), *_exchanged(theirs, ours)),
        replaced=tuple(_replacements(met, shown, rules)),
        ruled=tuple((one.fact, rule) for one in met if one.sure for rule in one.rules),
        asked=tuple((one.fact, rule) for one in met if not one.sure for rule in one.rules if _differs(one.fact, rule, rules)),
    )


def _without_lone_fractions(facts: list[Fact], others: list[Fact]) -> list[Fact]:
    """The facts without fractions in words, unless the other side has another percentage: a third may be said in many ways."""
    if any(other.kind is FactKind.PERCENT for other in others):
        return facts
    return [fact for fact in facts if fact.kind is not FactKind.PERCENT or not is_fraction(fact)]


def _are_alike(facts: list[Fact], others: list[Fact]) -> bool:
    return len(facts) == len(others) and sorted([fact.key for fact in facts]) == sorted([fact.key for fact in others])


def _wanted(facts: list[Fact], met: tuple[Occurrence, ...], rules: Ruling) -> list[frozenset[Key]]:
    """The values that the target may show for each fact of the source: its own, the market's, or, where it is asked, any."""
    at = {one.fact.start: one for one in met}
    return [_shown_for(fact, at.get(fact.start), rules) for fact in facts]


def _shown_for(fact: Fact, met: Occurrence | None, rules: Ruling) -> frozenset[Key]:
    own = frozenset((comparison_value(fact),))
    if met is None:
        return own
    market = frozenset[Key]().union(*(rules.shown[rule] for rule in met.rules))
    return market if met.sure else own | market


def _differs(fact: Fact, rule: MarketFact, rules: Ruling) -> bool:
    """Whether a rule has another value than the source."""
    return rules.shown[rule] != {comparison_value(fact)}


def _replacements(
    met: tuple[Occurrence, ...], shown: list[tuple[Fact, Key]], rules: Ruling
) -> Iterable[tuple[Fact, Fact, str]]:
    for one in met:
        own = comparison_value(one.fact)
        for rule in one.rules:
            yield from ((one.fact, fact, rule.key) for fact, value in shown if value in rules.shown[rule] and value != own)


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


def _dropped(facts: list[Fact], others: list[Fact]) -> list[Fact]:
    """The bare numbers from 2 to 9 that are nowhere on the other side: within one language they are written there, too."""
    known = {part for other in others for part in (other.value, *_NUMBERS.findall(other.raw))}
    return [fact for fact in facts if _is_small(fact) and fact.value not in {"0", "1", *known}]


def _is_small(fact: Fact) -> bool:
    return fact.kind is FactKind.COUNT and len(fact.value) < 2
