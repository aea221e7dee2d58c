"""What the services returned, as metadata that a person reads in Dagster: numbers as numbers, samples as Markdown tables."""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import dagster as dg

from kb_pipeline.domain.articles import Chunk, Citation, Notice, Quarantined
from kb_pipeline.domain.changes import Change
from kb_pipeline.domain.entries import Draft
from kb_pipeline.domain.faqs import SourceFaq
from kb_pipeline.domain.findings import Finding
from kb_pipeline.ports.models import LLM
from kb_pipeline.prompts import load_prompt
from kb_pipeline.services.draft.generate import GenerateResult
from kb_pipeline.services.draft.ingest import IngestResult
from kb_pipeline.services.draft.localize import LocalizeResult
from kb_pipeline.services.draft.relate import RelateSummary
from kb_pipeline.services.draft.run import count_changes
from kb_pipeline.services.draft.stage import StageResult
from kb_pipeline.services.draft.work import Failure
from kb_pipeline.steps.checks.quality import penalty

if TYPE_CHECKING:
    Materialized = dg.MaterializeResult[None]
else:
    Materialized = dg.MaterializeResult  # Dagster knows the bare class only when it reads an asset's annotation

Metadata = dict[str, int | float | str | dg.MarkdownMetadataValue]
_SAMPLES = 5
_ROWS = 50  # of quarantine and failures: a person mends the first ones first
_CELL = 240  # characters


class Before:
    """The counts of the asset's materialization before this one, of the same partition."""

    def __init__(self, context: dg.AssetExecutionContext, asset: str = "") -> None:
        key = dg.AssetKey(asset) if asset else context.asset_key
        partitions = [context.partition_key] if context.has_partition_key else None
        wanted = dg.AssetRecordsFilter(asset_key=key, asset_partitions=partitions)
        records = context.instance.fetch_materializations(wanted, limit=1).records
        last = records[0].asset_materialization if records else None
        self._metadata: Mapping[str, dg.MetadataValue[Any]] = last.metadata if last else {}

    def counted(self, **counts: int) -> Metadata:
        """`counts`, each with its `_change` since the materialization before, if that had one."""
        metadata: Metadata = {}
        for name, count in counts.items():
            metadata[name] = count
            old = self._metadata.get(name)
            if isinstance(old, dg.IntMetadataValue) and old.value is not None:
                metadata[f"{name}_change"] = count - old.value
        return metadata


def of_articles(before: Before, result: IngestResult) -> Metadata:
    """What was read, and what could not be."""
    counts = before.counted(articles=result.articles, sentences=result.sentences, quarantined=len(result.quarantined))
    counts |= {"changed": len(result.changed), "removed": len(result.removed)}
    counts |= {"held_back": sum(map(holds_data, result.quarantined)), "masked": len(result.warnings)}
    return counts | {"quarantine": quarantine_table(result.quarantined), "masked_data": notice_table(result.warnings)}


def of_chunks(before: Before, chunks: Iterable[Chunk]) -> Metadata:
    """How many chunks, how long they are (in tokens), and the first few."""
    tokens, samples, remaining = list[int](), list[Chunk](), iter(chunks)
    for chunk in islice(remaining, _SAMPLES):
        tokens.append(chunk.tokens)
        samples.append(chunk)
    tokens.extend(chunk.tokens for chunk in remaining)
    metadata = before.counted(chunks=len(tokens), tokens=sum(tokens))
    if tokens:
        metadata |= {"tokens_least": min(tokens), "tokens_median": statistics.median(tokens), "tokens_most": max(tokens)}
    rows = [(c.article_id, c.language, " > ".join(c.heading_path), c.tokens, c.sentences[0].claim) for c in samples]
    return metadata | {"samples": table(("article", "language", "heading", "tokens", "first sentence"), rows)}


def of_source_faqs(before: Before, result: GenerateResult, faqs: Sequence[SourceFaq]) -> Metadata:
    """What was written, revised, retired and kept; the newest ones first among the samples."""
    touched = {*result.written, *result.revised}
    rows = [
        (f.text.question, f.text.answer, _cited(f.citations), f.language, "new" if f.id in touched else "kept")
        for f in sorted(faqs, key=lambda f: f.id not in touched)[:_SAMPLES]
    ]
    return before.counted(source_faqs=len(faqs)) | {
        "written": len(result.written),
        "revised": len(result.revised),
        "retired": len(result.retired),
        "kept": result.kept,
        "empty_chunks": result.empty_chunks,
        "failures": len(result.failures),
        "failed": failure_table(result.failures),
        "samples": table(("question", "answer", "cited", "language", "state"), rows),
    }


def of_localized_faqs(
    before: Before, result: LocalizeResult, drafts: Sequence[Draft], faqs: Sequence[SourceFaq]
) -> Metadata:  # fmt: skip
    """What was localized, what the checks still find, and both texts side by side, the most doubtful ones first."""
    source = {f.id: f for f in faqs}
    present = [d for d in drafts if d.source_faq_id in source]
    doubtful = sorted(present, key=lambda d: penalty(d.findings), reverse=True)[:_SAMPLES]
    rows = [_side_by_side(source[d.source_faq_id], d) for d in doubtful]
    found = [f for d in present for f in d.findings]
    return before.counted(drafts=len(present), findings=len(found)) | {
        "localized": len(result.localized),
        "requested": len(result.requested),
        "edited": len(result.edited),
        "taken": len(result.taken),
        "remembered": len(result.remembered),
        "rechecked": len(result.rechecked),
        "undisturbed": len(result.undisturbed),
        "repaired": result.repaired,
        "kept": result.kept,
        "failures": len(result.failures),
        "failed": failure_table(result.failures),
        "findings_by_rule": finding_table(found),
        "samples": table(("source question", "question", "source answer", "answer", "findings", "cited"), rows),
    }


def of_related_faqs(before: Before, summary: RelateSummary, drafts: Sequence[Draft]) -> Metadata:
    """How many drafts stand in which relation; those that are not new, with twin, scores and guards."""
    related = [(d.revision.text.question, d.relation) for d in drafts if d.relation and d.relation.twin_id]
    rows = [
        (question, r.kind.value, r.twin_id, ", ".join(f"{k} {v:.2f}" for k, v in r.scores.items()), "; ".join(r.guards))
        for question, r in related[:_SAMPLES]
    ]
    metadata = before.counted(drafts=summary.drafts, **summary.kinds) | {"entries": summary.entries, "changed": summary.changed}
    return metadata | {"samples": table(("question", "relation", "twin", "scores", "guards"), rows)}


def of_staged_changes(before: Before, result: StageResult, waiting: Sequence[Change]) -> Metadata:
    """What was proposed now, and what waits for a person in all, riskiest first."""
    counts = count_changes(result.proposed, [result.market])[result.market]
    rows = [
        (c.id, c.kind.value, c.risk.value, c.relation.kind.value, _question(c), _names(c.findings)) for c in waiting[:_SAMPLES]
    ]
    return before.counted(waiting=len(waiting)) | {
        "proposed": len(result.proposed),
        "given_up": len(result.given_up),
        "returned": len(result.returned),
        "unchanged": result.unchanged,
        "proposed_by_kind": table(("kind or relation", "changes"), [*counts.by_kind.items(), *counts.by_relation.items()]),
        "findings_by_rule": finding_table([f for c in waiting for f in c.findings]),
        "queue": table(("change", "kind", "risk", "relation", "question", "findings"), rows),
        "next": f"kb review list --market {result.market}",
    }


def of_model(llm: LLM, seconds: float, *prompts: str) -> Metadata:
    """What a step took of the language model: tokens, cost in US dollars (left out when unknown), its share of the time."""
    account = llm.account
    metadata: Metadata = {
        "model": llm.model,
        "prompts": ", ".join(load_prompt(p).name for p in prompts),
        "model_calls": account.calls,
        "cached_calls": account.cached_calls,
        "tokens_prompt": account.usage.prompt_tokens,
        "tokens_completion": account.usage.completion_tokens,
        "seconds": round(seconds, 2),
        "model_share": round(account.busy_seconds / seconds, 3) if seconds else 0.0,
    }
    return metadata if account.usage.cost is None else metadata | {"cost": account.usage.cost}


def complete(check: str, result: GenerateResult | LocalizeResult) -> dg.AssetCheckResult:
    """The check that no item of a step failed by itself, and none was left to a later run at the run's cap.

    A warning: the others went on, and the next run tries again.
    """
    failures, left = (*result.failures, *result.resting), result.still_due
    capped: Metadata = {"cap": result.capped, "what to do": "run again: a new run has a new cap"} if left else {}
    return dg.AssetCheckResult(
        check_name=check,
        passed=not failures and not left,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=capped | {"failures": len(failures), "failed": failure_table(failures), "still_due": len(left)},
    )


def quarantine_table(items: Sequence[Quarantined]) -> dg.MarkdownMetadataValue:
    """The inputs that could not be used: where, why, and what to do."""
    rows = [(q.path, q.line or q.offset or "", q.code, q.message, q.remedy) for q in items[:_ROWS]]
    return table(("path", "line or byte", "code", "what", "remedy"), rows)


def holds_data(item: Quarantined) -> bool:
    """Whether an article is held back for a secret or somebody's data."""
    return item.code.startswith("holds-")


def notice_table(notices: Sequence[Notice]) -> dg.MarkdownMetadataValue:
    """What was masked, and where; never the data itself."""
    rows = [(n.path, n.line or "", n.code, n.message, n.remedy) for n in notices[:_ROWS]]
    return table(("path", "line", "code", "what", "remedy"), rows)


def failure_table(failures: Sequence[Failure]) -> dg.MarkdownMetadataValue:
    """The items that failed by themselves."""
    return table(("item", "code", "what"), [(f.item, f.code, f.message) for f in failures[:_ROWS]])


def finding_table(findings: Iterable[Finding]) -> dg.MarkdownMetadataValue:
    """Findings by rule and severity, the most frequent first."""
    counts = Counter((f.rule, f.severity.value, f.category.value) for f in findings)
    return table(("rule", "severity", "category", "findings"), [(*key, n) for key, n in counts.most_common()])


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> dg.MarkdownMetadataValue:
    """A Markdown table; `none` when it has no rows."""
    lines = [" | ".join(_cell(value) for value in row) for row in rows]
    if not lines:
        return dg.MetadataValue.md("none")
    return dg.MetadataValue.md("\n".join(f"| {line} |" for line in (" | ".join(head), " | ".join("---" for _ in head), *lines)))


def _side_by_side(faq: SourceFaq, draft: Draft) -> tuple[object, ...]:
    source, text, cited = faq.text, draft.revision.text, draft.revision.citations
    return (source.question, text.question, source.answer, text.answer, _names(draft.findings), _cited(cited))


def _question(change: Change) -> str:
    return change.revision.text.question if change.revision else ""


def _names(findings: Sequence[Finding]) -> str:
    return ", ".join(f"{f.rule} ({f.severity.value})" for f in findings) or "none"


def _cited(citations: Sequence[Citation]) -> str:
    return " / ".join(c.text for c in citations)


def _cell(value: object) -> str:
    text = " ".join(str(value).split())
    shown = text if len(text) <= _CELL else f"{text[:_CELL]}…"
    return shown.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
