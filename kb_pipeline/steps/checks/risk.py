"""How many people must approve a change. No I/O."""

from collections.abc import Sequence

from kb_pipeline.domain.changes import Relation, RelationKind, RiskTier
from kb_pipeline.domain.findings import Finding, Severity, worst
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.checks.quality import POOR


def risk_of(
    topics: Sequence[str], findings: Sequence[Finding], relation: Relation, market: Market, quality: float | None = None
) -> RiskTier:
    """High for the market's risk topics, a critical finding, what contradicts an existing entry, and a quality below `POOR`."""
    risky = (
        bool(set(topics) & set(market.risk_topics))
        or worst(tuple(findings)) is Severity.CRITICAL
        or relation.kind is RelationKind.CONTRADICTORY
        or (quality is not None and quality < POOR)
    )
    return RiskTier.HIGH if risky else RiskTier.LOW


def risk_of_retirement(topics: Sequence[str], market: Market) -> RiskTier:
    """High for the market's risk topics."""
    return RiskTier.HIGH if set(topics) & set(market.risk_topics) else RiskTier.LOW
