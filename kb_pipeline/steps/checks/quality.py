"""How good a text is, estimated without a person: MQM's score of its findings, lowered by drift. No I/O.

MQM takes 1, 5 and 25 points for a minor, major and critical error and relates them to the number of words (themqm.org, linear
scoring). A FAQ is short, so that one error would decide: fewer than `_FEWEST_WORDS` words count as that many.
"""

from collections.abc import Sequence
from enum import StrEnum

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, Severity
from kb_pipeline.steps.checks.meaning import DRIFTED, NEAR
from kb_pipeline.steps.language.words import words

WEIGHTS = {Severity.MINOR: 1, Severity.MAJOR: 5, Severity.CRITICAL: 25}  # MQM's severity multipliers
# Choices, not measurements. In a text of 30 words a minor error is still good, a major one fair, two of them poor.
GOOD, POOR = 90.0, 70.0
_FEWEST_WORDS = 30
_DRIFT = 20.0  # points lost at a similarity of DRIFTED and below; none at NEAR and above


class Grade(StrEnum):
    """A quality in a word."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"  # two people must approve


def grade(quality: float) -> Grade:
    """The word for a quality, 0 to 100."""
    if quality < POOR:
        return Grade.POOR
    return Grade.GOOD if quality >= GOOD else Grade.FAIR


def penalty(findings: Sequence[Finding]) -> int:
    """The MQM penalty of a text: the sum of its findings' weights."""
    return sum(WEIGHTS[f.severity] for f in findings)


def estimate(findings: Sequence[Finding], similarity: float | None, text: FaqText, language: str) -> float:
    """0 (useless) to 100 (nothing to say against it): `100 * (1 - penalty / words) - drift`, to one decimal.

    `similarity` is `Draft.similarity`; None, not measured, costs nothing.
    """
    count = max(_FEWEST_WORDS, len(words(f"{text.question}\n{text.answer}", language)))
    return round(max(0.0, 100 * (1 - penalty(findings) / count) - _drift(similarity)), 1)


def _drift(similarity: float | None) -> float:
    if similarity is None:
        return 0.0
    return _DRIFT * min(1.0, max(0.0, (NEAR - similarity) / (NEAR - DRIFTED)))
