"""The facts of a text beside its source's, each with where its value comes from: for a person to look over. No I/O."""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.facts import Fact
from kb_pipeline.domain.markets import Market, MarketFact
from kb_pipeline.steps.facts.compare import COMPARED, FactComparison, compare, comparison_value, facts_of, market_facts
from kb_pipeline.steps.facts.extract import extract
from kb_pipeline.steps.facts.passage import Passage


class FactOrigin(StrEnum):
    """Where a value of the market's text comes from."""

    SOURCE = "source"  # it is the source's
    MARKET = "market"  # a market fact says so
    MISSING = "missing"  # the source's fact is not in the text
    UNKNOWN = "unknown"  # neither the source nor the pack knows it
    IMPLIED = "implied"  # tolerated without its like, e.g. a small number
    ASKS = "asks"  # a person must say whether a market fact is meant: the text may show its value or the source's


class FactRow(Value):
    """One line of the table. An empty `source` or `target` says that the side has none."""

    source: str
    target: str
    origin: FactOrigin
    market_fact: str = ""  # the key of the market fact that speaks of it, or may; several: all of them
    wanted: str = ""  # what that market fact says
    authority: str = ""  # who says so: a policy id, a contract


def fact_table(source: Passage, target: str, market: Market, day: date) -> tuple[FactRow, ...]:
    """The compared facts of both texts: the source's in order, then what only `target` has."""
    ours = [fact for fact in source.facts if fact.kind in COMPARED]
    theirs = [fact for fact in extract(target, market.tag) if fact.kind in COMPARED]
    found = compare(source, theirs, market, day)
    rows = [_row(fact, theirs, found) for fact in ours]
    shown = {row.target for row in rows}
    return tuple(dict.fromkeys((*rows, *_only_here(found, theirs, shown, market, day))))


def _row(fact: Fact, theirs: list[Fact], found: FactComparison) -> FactRow:
    source, asked = fact.raw.strip(), found.asked_for(fact)
    rules = found.rules_for(fact)[:1] or asked
    decided_by = _decided_by(rules) if rules else {}
    replaced = next((shown.raw.strip() for old, shown, _ in found.replaced if old == fact), None)
    same = next((shown.raw.strip() for shown in theirs if comparison_value(shown) == comparison_value(fact)), None)
    if fact in found.missing:
        return FactRow(source=source, target="", origin=FactOrigin.MISSING, **decided_by)
    if asked:
        return FactRow(source=source, target=same or replaced or "", origin=FactOrigin.ASKS, **decided_by)
    if replaced is not None:
        return FactRow(source=source, target=replaced, origin=FactOrigin.MARKET, **decided_by)
    if same is None:
        return FactRow(source=source, target="", origin=FactOrigin.IMPLIED)
    return FactRow(source=source, target=same, origin=FactOrigin.MARKET if rules else FactOrigin.SOURCE, **decided_by)


def _decided_by(rules: Sequence[MarketFact]) -> dict[str, str]:
    """The market fact behind a row; of several that may be meant, all."""
    columns = {
        "market_fact": [rule.key for rule in rules],
        "wanted": [rule.value for rule in rules],
        "authority": [rule.source for rule in rules],
    }
    return {name: " / ".join(dict.fromkeys(cells)) for name, cells in columns.items()}


def _only_here(found: FactComparison, theirs: list[Fact], shown: set[str], market: Market, day: date) -> Iterator[FactRow]:
    rules = {
        comparison_value(fact): rule
        for rule in market_facts(market, day)
        if not rule.source_value
        for fact in facts_of(rule.value, market)
    }
    for fact in theirs:
        raw, rule = fact.raw.strip(), rules.get(comparison_value(fact))
        if fact in found.extra:
            yield FactRow(source="", target=raw, origin=FactOrigin.UNKNOWN)
        elif rule is not None and raw not in shown:
            yield FactRow(source="", target=raw, origin=FactOrigin.MARKET, **_decided_by((rule,)))
