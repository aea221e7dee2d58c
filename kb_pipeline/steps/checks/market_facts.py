"""Where a person must say whether a market fact is meant, because nothing around its value says so. See docs/adr/0016."""

from collections.abc import Iterable, Iterator, Sequence

from kb_pipeline.domain.facts import Fact
from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.domain.markets import MarketFact
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.facts.compare import FactComparison, comparison_value


@rule("market-fact-unsure", MqmCategory.ACCURACY, Severity.MINOR)
def market_fact_unsure(subject: Subject) -> Iterable[Flaw]:
    """The source has a value for which the market has its own elsewhere; whether it is meant here, a person says.

    Either value may stand in the text, nothing is fixed. Minor: it is a question, not yet an error.
    """
    return _questions(subject.facts, subject) if subject.facts.asked else ()


def _questions(found: FactComparison, subject: Subject) -> Iterator[Flaw]:
    """One for each value, at the place where the target shows it or the market's."""
    seen: set[str] = set()
    place = "the text" if subject.source == subject.target else "the source"  # an entry without a source is its own
    for fact in dict.fromkeys(fact for fact, _ in found.asked):
        message = f"{place} says {_question(fact, found.asked_for(fact))}"
        if message not in seen:
            seen.add(message)
            yield _placed(message, fact, found, subject)


def _question(fact: Fact, rules: Sequence[MarketFact]) -> str:
    value = fact.raw.strip()
    if len(rules) > 1:
        named = " or ".join(f"{rule.key} ({rule.value})" for rule in rules)
        return f"{value}: which market fact is meant here, {named}, or none? See their contexts in facts.csv"
    (rule,) = rules
    return (
        f"{value}; the market fact {rule.key} says {rule.value} for that elsewhere: is it meant here? "
        "If so, add words of this text to its phrases in facts.csv"
    )


def _placed(message: str, fact: Fact, found: FactComparison, subject: Subject) -> Flaw:
    own = [shown for shown in subject.target_facts if comparison_value(shown) == comparison_value(fact)]
    shown = next(iter((*own, *(new for old, new, _ in found.replaced if old == fact))), None)
    if shown is None:
        return Flaw(message)
    part, start, end = subject.place(shown.start, shown.end)
    return Flaw(message, part, (start, end))
