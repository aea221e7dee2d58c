"""How many people must approve a change. No I/O."""

from collections.abc import Sequence

from kb_pipeline.domain.changes import Relation, RelationKind, RiskTier
from kb_pipeline.domain.findings import Finding, Severity, worst
from kb_pipeline.domain.markets import Market


def risk_of(topics: Sequence[str], findings: Sequence[Finding], relation: Relation, market: Market) -> RiskTier:
    """High for the market's risk topics, for a critical finding, and for what contradicts an existing entry."""
    risky = (
        bool(set(topics) & set(market.risk_topics))
        or worst(tuple(findings)) is Severity.CRITICAL
        or relation.kind is RelationKind.CONTRADICTORY
    )
    return RiskTier.HIGH if risky else RiskTier.LOW
