"""All that is known of a text before a person decides on it, from its findings and its relation. The one place of this sum."""

from collections.abc import Sequence

from kb_pipeline.domain.changes import Assessment, Relation
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.checks.quality import estimate
from kb_pipeline.steps.checks.risk import risk_of


def assess(
    text: FaqText,
    findings: Sequence[Finding],
    similarity: float | None,
    relation: Relation,
    topics: Sequence[str],
    market: Market,
) -> Assessment:
    """The assessment of `text` as an entry of `market`; `topics` are its source FAQ's."""
    quality = estimate(findings, similarity, text, market.tag)
    return Assessment(
        findings=tuple(findings),
        similarity=similarity,
        relation=relation,
        quality=quality,
        risk=risk_of(topics, findings, relation, market, quality),
    )
