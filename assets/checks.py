"""Asset checks: what the rules of kb_pipeline say of the stored work, shown where the work is. No rule is defined here.

Findings on texts warn or err, and block nothing: a person decides on every change. Only a break in the pipeline itself blocks.
"""

import dagster as dg
import numpy as np

from assets import reports
from assets.faqs import localized_faqs, related_faqs, source_faqs
from assets.partitions import MARKETS
from assets.resources import PipelineResource
from assets.source import chunk_embeddings
from kb_pipeline.domain.findings import Finding, Severity, worst
from kb_pipeline.steps.checks.grounding import ungrounded

_VECTORS = 512  # chunks looked at: all come from one embedder or, if a cache is broken, most are off
_UNIT = 1e-3  # how far from 1 a float32 unit vector's length may be


@dg.asset_check(asset="source_articles")
def no_quarantined_articles(context: dg.AssetCheckExecutionContext, pipeline: PipelineResource) -> dg.AssetCheckResult:
    """Every article file could be read. The others go on without those that could not."""
    with pipeline.open(context) as run:
        items = run.store.quarantine()
    return dg.AssetCheckResult(
        passed=not items,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"quarantined": len(items), "quarantine": reports.quarantine_table(items)},
    )


@dg.asset_check(asset="source_articles")
def no_articles_hold_secrets(context: dg.AssetCheckExecutionContext, pipeline: PipelineResource) -> dg.AssetCheckResult:
    """No article is held back for a secret or somebody's data; what is masked in the others is the asset's metadata."""
    with pipeline.open(context) as run:
        held = [item for item in run.store.quarantine() if reports.holds_data(item)]
    return dg.AssetCheckResult(
        passed=not held,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"held_back": len(held), "articles": reports.quarantine_table(held)},
    )


@dg.asset_check(asset=chunk_embeddings)
def vectors_fit_the_embedder(context: dg.AssetCheckExecutionContext, pipeline: PipelineResource) -> dg.AssetCheckResult:
    """The cached vectors are of one size, finite and of unit length."""
    with pipeline.open(context) as run:
        texts = [chunk.text for _, chunk in zip(range(_VECTORS), run.store.chunks(), strict=False)]
        vectors = run.embedder.embed(texts, "passage")
        embedder = run.embedder.fingerprint
    lengths = np.linalg.norm(vectors, axis=1)
    off = int(np.count_nonzero(~(np.abs(lengths - 1) <= _UNIT)))
    return dg.AssetCheckResult(
        passed=not off,
        metadata={"looked_at": len(texts), "off": off, "dimensions": vectors.shape[1], "embedder": embedder},
    )


@dg.asset_check(asset=source_faqs)
def source_faqs_are_grounded(context: dg.AssetCheckExecutionContext, pipeline: PipelineResource) -> dg.AssetCheckResult:
    """Every sentence and fact of an answer is supported by the sentences that it cites."""
    with pipeline.open(context) as run:
        faqs = run.store.source_faqs()
    return _verdict([ungrounded(f.text, f.citations, f.language) for f in faqs])


@dg.asset_check(asset=localized_faqs, partitions_def=MARKETS)
def localized_faqs_pass_the_rules(context: dg.AssetCheckExecutionContext, pipeline: PipelineResource) -> dg.AssetCheckResult:
    """What the market's rules find in its drafts; the reviewer sees the same findings."""
    with pipeline.open(context, context.partition_key) as run:
        drafts = run.store.drafts(context.partition_key)
    return _verdict([d.findings for d in drafts])


@dg.asset_check(asset=related_faqs, partitions_def=MARKETS, blocking=True)
def every_draft_is_related(context: dg.AssetCheckExecutionContext, pipeline: PipelineResource) -> dg.AssetCheckResult:
    """Each draft was compared with the market's entries: without it, duplicates would be staged as new."""
    with pipeline.open(context, context.partition_key) as run:
        drafts = run.store.drafts(context.partition_key)
    alone = [d.source_faq_id for d in drafts if d.relation is None]
    return dg.AssetCheckResult(
        passed=not alone, metadata={"drafts": len(drafts), "unrelated": len(alone), "first": ", ".join(alone[:5]) or "none"}
    )


def _verdict(findings: list[tuple[Finding, ...]]) -> dg.AssetCheckResult:
    found = tuple(finding for each in findings for finding in each)
    is_critical = worst(found) is Severity.CRITICAL
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.ERROR if is_critical else dg.AssetCheckSeverity.WARN,
        metadata={
            "texts": len(findings),
            "texts_with_findings": sum(1 for each in findings if each),
            "findings": len(found),
            "findings_by_rule": reports.finding_table(found),
        },
    )
