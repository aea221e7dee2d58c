"""The market's own facts as values, ready to be compared: worked out once for a pack and a day. No text but the pack's."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.domain.markets import Market, MarketFact
from kb_pipeline.steps.facts.extract import extract
from kb_pipeline.steps.facts.values import Key, comparison_value


@dataclass(frozen=True, eq=False)
class Ruling:
    """The market facts that hold on a day.

    Of the rule "the source says $4.99, here it is ฿50": `spoken_of` has the rule under $4.99, `shown` has ฿50 under the rule.
    `free` are values that the market states with no value of the source beside them, `known` all values of all rules.
    Whether a rule is meant where its value stands is for `context` to say.
    """

    rules: tuple[MarketFact, ...]
    spoken_of: dict[Key, tuple[MarketFact, ...]]
    shown: dict[MarketFact, frozenset[Key]]
    free: frozenset[Key]
    known: frozenset[Key]


def market_facts(market: Market, day: date) -> tuple[MarketFact, ...]:
    """The market's facts that hold on `day`."""
    return tuple(fact for fact in market.facts if fact.is_valid_on(day))


def ruling(market: Market, day: date) -> Ruling:
    """The values of the market's facts that hold on `day`; packs are told apart as objects, which costs no hashing."""
    kept = _kept.get(id(market.facts))
    if kept is None or kept[0] is not market.facts or kept[1:3] != (day, market.tag):
        if len(_kept) >= _KEPT:
            _kept.clear()
        kept = _kept[id(market.facts)] = (market.facts, day, market.tag, _ruling(market, day))
    return kept[3]


_KEPT = 64  # packs
_kept: dict[int, tuple[tuple[MarketFact, ...], date, str, Ruling]] = {}


def _ruling(market: Market, day: date) -> Ruling:
    rules = market_facts(market, day)
    shown = {rule: _values(rule.value, market) for rule in rules}
    spoken_of: dict[Key, tuple[MarketFact, ...]] = {}
    for rule in rules:
        for value in _values(rule.source_value, market):
            spoken_of[value] = (*spoken_of.get(value, ()), rule)
    free = frozenset[Key]().union(*(shown[rule] for rule in rules if not rule.source_value))
    return Ruling(rules, spoken_of, shown, free, frozenset(spoken_of).union(*shown.values()))


def facts_of(text: str, market: Market) -> tuple[Fact, ...]:
    """The facts in a pack's value, whose language is not stated: the reading that leaves the fewest bare numbers."""
    return _facts_of(text, market.tag)


def _values(text: str, market: Market) -> frozenset[Key]:
    return frozenset(comparison_value(fact) for fact in facts_of(text, market))


@lru_cache(maxsize=4096)
def _facts_of(text: str, tag: str) -> tuple[Fact, ...]:
    readings = [extract(text, language) for language in (tag, "en", "zh")]
    return min(readings, key=lambda facts: (sum(fact.kind is FactKind.COUNT for fact in facts), len(facts)))
