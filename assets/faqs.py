"""The assets that a model writes: source FAQs, and each market's entries up to the changes that wait for a person."""

import time

import dagster as dg

from assets import reports
from assets.partitions import MARKETS
from assets.resources import PipelineResource
from assets.source import OWNERS
from kb_pipeline.domain.base import fingerprint
from kb_pipeline.prompts import load_prompt

_RETRY = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
_FOLLOW = dg.AutomationCondition.eager()
_LOCALIZING = ("localize_faq", "localize_sentence", "rewrite_faq", "repair_faq")  # prompts


def _prompts(*names: str) -> str:
    return fingerprint(*(load_prompt(name).fingerprint for name in names))


@dg.asset(
    deps=["chunks"],
    group_name="faqs",
    kinds={"llm", "sql"},
    owners=OWNERS,
    pool="llm",
    retry_policy=_RETRY,
    code_version=_prompts("generate_faqs", "revise_faq"),
    check_specs=[dg.AssetCheckSpec("every_chunk_was_answered", asset="source_faqs")],
)
def source_faqs(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> reports.Materialized:
    """Grounded questions and answers in the article's language. Only what the articles' changes made due is written."""
    with pipeline.open(context) as run:
        started = time.monotonic()
        result = run.write_faqs()
        use = reports.of_model(run.llm, time.monotonic() - started, "generate_faqs", "revise_faq")
        faqs = run.store.source_faqs()
    return reports.Materialized(
        metadata=reports.of_source_faqs(reports.Before(context), result, faqs) | use,
        check_results=[reports.complete("every_chunk_was_answered", result)],
    )


@dg.asset(
    deps=["source_faqs"],
    partitions_def=MARKETS,
    automation_condition=_FOLLOW,
    group_name="faqs",
    kinds={"llm", "sql"},
    owners=OWNERS,
    pool="llm",
    retry_policy=_RETRY,
    code_version=_prompts(*_LOCALIZING),
    check_specs=[dg.AssetCheckSpec("every_faq_was_localized", asset="localized_faqs", partitions_def=MARKETS)],
)
def localized_faqs(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> reports.Materialized:
    """The source FAQs in the market's words, checked, repaired, and kept as drafts with what the checks still find."""
    with pipeline.open(context, context.partition_key) as run:
        started = time.monotonic()
        result = run.localize(run.markets[0])
        use = reports.of_model(run.llm, time.monotonic() - started, *_LOCALIZING)
        drafts, faqs = run.store.drafts(context.partition_key), run.store.source_faqs()
    return reports.Materialized(
        metadata=reports.of_localized_faqs(reports.Before(context), result, drafts, faqs) | use,
        check_results=[reports.complete("every_faq_was_localized", result)],
    )


@dg.asset(
    deps=["localized_faqs"],
    partitions_def=MARKETS,
    automation_condition=_FOLLOW,
    group_name="faqs",
    kinds={"huggingface", "sql"},
    owners=OWNERS,
)
def related_faqs(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> reports.Materialized:
    """How each draft stands to the market's entries: new, duplicate, update, complementary or contradictory."""
    with pipeline.open(context, context.partition_key) as run:
        summary = run.relate(run.markets[0])
        drafts = run.store.drafts(context.partition_key)
    return reports.Materialized(metadata=reports.of_related_faqs(reports.Before(context), summary, drafts))


@dg.asset(
    deps=["related_faqs"],
    partitions_def=MARKETS,
    automation_condition=_FOLLOW,
    group_name="faqs",
    kinds={"sql"},
    owners=OWNERS,
)
def staged_changes(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> reports.Materialized:
    """Proposals that wait for a person. This asset ends here: nothing in Dagster approves anything."""
    with pipeline.open(context, context.partition_key) as run:
        result = run.stage(run.markets[0])
        waiting = run.store.changes(context.partition_key)
    return reports.Materialized(metadata=reports.of_staged_changes(reports.Before(context), result, waiting))
