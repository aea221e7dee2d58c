"""What facts of two languages are compared by. No text, no market."""

from decimal import Decimal

from kb_pipeline.domain.facts import Fact, FactKind

Key = tuple[str, str, str]  # kind, value, unit; durations and years brought to one unit, counts without theirs

OF_OTHER_RULES = (FactKind.URL, FactKind.PLACEHOLDER, FactKind.UI_LABEL)  # a tuple: it asks no hash, which enums take long for
COMPARED = frozenset(FactKind).difference(OF_OTHER_RULES)
_IN_MINUTES = {
    "second": Decimal(1) / 60,
    "minute": Decimal(1),
    "hour": Decimal(60),
    "day": Decimal(1440),
    "week": Decimal(10080),
}
_IN_MONTHS = {"month": Decimal(1), "year": Decimal(12)}


def comparison_value(fact: Fact) -> Key:
    """What a fact is compared by: 24 hours are 1 day, 12 months are 1 year, a lone year is a number.

    A count's unit is left out: languages name units where others do not (`20 items`, `20`); `compare` looks at them itself.
    """
    if fact.kind is FactKind.DURATION:
        for table, unit in ((_IN_MINUTES, "minute"), (_IN_MONTHS, "month")):
            if fact.unit in table:
                return (fact.kind, str(round(Decimal(fact.value) * table[fact.unit], 3).normalize()), unit)
    if fact.kind is FactKind.COUNT or (fact.kind is FactKind.DATE and fact.value.isdigit()):
        return (FactKind.COUNT, fact.value, "")
    return fact.key
