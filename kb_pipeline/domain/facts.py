"""Typed facts found in text. They are compared as values, never as digits."""

from enum import StrEnum

from kb_pipeline.domain.base import Value

BUDDHIST_OFFSET = 543  # years that the Buddhist era is ahead of the Gregorian calendar


class FactKind(StrEnum):
    """What kind of thing a fact is."""

    MONEY = "money"
    PERCENT = "percent"
    DURATION = "duration"
    DATE = "date"
    TIME = "time"
    COUNT = "count"  # with unit, or a bare number
    URL = "url"
    EMAIL = "email"
    PHONE = "phone"
    UI_LABEL = "ui_label"
    PLACEHOLDER = "placeholder"


class Fact(Value):
    """A typed value in a text.

    `value` is canonical and language-free, so that equal facts have equal (`kind`, `value`, `unit`) in every language:
    a decimal without grouping (`1000`, `4.99`), an ISO date (`2025-03-01`) or partial date (`--03-01`), `HH:MM`, a URL.
    `unit` is an ISO 4217 code for money, `second|minute|hour|day|business_day|week|month|year` for durations, the unit's
    canonical English name (or `""`) for counts. `start` and `end` are character offsets of `raw` in the text.
    """

    kind: FactKind
    value: str
    unit: str = ""
    raw: str
    start: int
    end: int

    @property
    def key(self) -> tuple[FactKind, str, str]:
        """What two facts are compared by."""
        return (self.kind, self.value, self.unit)
