"""All that is known of a text before a person decides on it, from its findings and its relation. The one place of this sum."""

from collections.abc import Sequence

from kb_pipeline.domain.changes import Assessment, Relation, RiskTier
from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.checks.quality import estimate
from kb_pipeline.steps.checks.risk import risk_of
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.facts.compare import comparison_value
from kb_pipeline.steps.language.negation import negations
from kb_pipeline.steps.language.opposites import verdict

_HARD = (FactKind.MONEY, FactKind.PERCENT, FactKind.DURATION, FactKind.DATE)


def assess(
    text: FaqText,
    findings: Sequence[Finding],
    similarity: float | None,
    relation: Relation,
    topics: Sequence[str],
    market: Market,
    before: Sequence[FaqText] = (),
) -> Assessment:
    """The assessment of `text` as an entry of `market`; `topics` are its source FAQ's.

    `before` are the texts in whose place it comes, where it has no source to answer to: what then says something else than one
    of them is of high risk.
    """
    quality = estimate(findings, similarity, text, market.tag)
    risk = risk_of(topics, findings, relation, market, quality)
    if any(_says_otherwise(old.answer, text.answer, market.tag) for old in before):
        risk = RiskTier.HIGH
    return Assessment(findings=tuple(findings), similarity=similarity, relation=relation, quality=quality, risk=risk)


def _says_otherwise(before: str, after: str, language: str) -> bool:
    """Whether an answer differs from the one before in an amount, a share, a period, a date, or in its yes or no."""
    facts = [{comparison_value(f) for f in extract(text, language) if f.kind in _HARD} for text in (before, after)]
    verdicts = [verdict(text, language) for text in (before, after)]
    denials = [negations(text, language) for text in (before, after)]
    return facts[0] != facts[1] or verdicts[0] != verdicts[1] or denials[0] != denials[1]
