"""What the checks say: one failed rule is one finding."""

from enum import StrEnum

from kb_pipeline.domain.base import Value


class Severity(StrEnum):
    """MQM severities. A critical finding blocks approval unless a person overrides it with a reason."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class MqmCategory(StrEnum):
    """The top-level dimensions of MQM core (themqm.org) that our rules use."""

    ACCURACY = "accuracy"
    TERMINOLOGY = "terminology"
    LINGUISTIC = "linguistic_conventions"
    STYLE = "style"
    LOCALE = "locale_conventions"
    AUDIENCE = "audience_appropriateness"
    DESIGN = "design_and_markup"


class TextPart(StrEnum):
    """Which text of an entry a finding's span is in."""

    QUESTION = "question"
    ANSWER = "answer"
    PHRASING = "phrasing"


class Finding(Value):
    """One failed rule. `start` and `end` are character offsets into the text that is meant, or None when all of it is.

    The text is the entry's question, its answer, or, where `part` says so, the phrasing of that number.
    """

    rule: str  # kebab-case id, e.g. `facts-preserved`
    category: MqmCategory
    severity: Severity
    message: str  # for a person, and for the model in a repair round
    part: TextPart = TextPart.ANSWER
    phrasing: int | None = None  # which of the phrasings, from 0; None also in findings of before they were told apart
    start: int | None = None
    end: int | None = None
    fix: str | None = None  # what to put in place of the span

    def is_in(self, part: TextPart, phrasing: int | None = None) -> bool:
        """Whether it is about the question, the answer, or the phrasing of that number."""
        return self.part is part and self.phrasing == phrasing


def worst(findings: tuple[Finding, ...]) -> Severity | None:
    """The highest severity among `findings`, None if there are none."""
    order = list(Severity)
    return max((f.severity for f in findings), key=order.index, default=None)
