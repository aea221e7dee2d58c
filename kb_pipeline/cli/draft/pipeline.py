"""`kb run`, `kb status`, `kb retry`: the main job, where everything stands, and another try for what failed."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from kb_pipeline.cli.display import RichProgress, load_settings, print_json
from kb_pipeline.cli.options import ActorOption, JsonOption, MarketOption, OnlyOption, acting
from kb_pipeline.errors import UsageError

LimitOption = Annotated[int | None, typer.Option(min=1, help="Read at most this many articles.")]


def run(
    source: Annotated[Path | None, typer.Option(help="Folder of articles; default KB_SOURCE_DIR.")] = None,
    market: MarketOption = None,
    limit: LimitOption = None,
    only: OnlyOption = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Tokens that this run may take of the model; default KB_RUN_TOKENS.")
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option(min=0.0001, help="US dollars that this run may cost; default KB_RUN_COST.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is due; call no model, change nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Run the pipeline up to staged changes. What is unchanged costs nothing; a killed run goes on where it was.

    At a cap the model is asked no more: what is there is staged, what is still due is said (exit code 1), the next run goes on.
    """
    from kb_pipeline.bootstrap import build_pipeline
    from kb_pipeline.cli.draft.display import print_plan, print_run
    from kb_pipeline.domain.run_cap import RunCap
    from kb_pipeline.services.draft.plan import plan_run
    from kb_pipeline.services.draft.run import run_pipeline

    pipeline = build_pipeline(
        load_settings(), RichProgress(), source=source, markets=market or (), limit=limit, only=only or (),
        cap=RunCap(tokens=max_tokens, cost=max_cost),
    )  # fmt: skip
    try:
        if dry_run:
            plan = plan_run(pipeline)
            print_json({"dry_run": True, **plan.model_dump(mode="json")}) if json else print_plan(plan)
            return
        report = run_pipeline(pipeline)
    finally:
        pipeline.close()
    if json:
        print_json(_run_json(report.model_dump(mode="json"), report))
    else:
        print_run(report)
    if report.failures or report.still_due:
        raise typer.Exit(1)


def _run_json(full: dict[str, Any], report: Any) -> dict[str, Any]:  # noqa: ANN401 - a RunReport, imported lazily
    account = report.account
    severities = Counter[str]()
    for name, count in report.findings.items():
        severities[name.split("/")[1]] += count
    return {
        "run_id": report.run_id,
        "stopped": report.stopped,
        "still_due": report.still_due,
        "articles": report.articles,
        "quarantined": full["quarantined"],
        "sentences": report.sentences,
        "chunks": report.chunks,
        "source_faqs": report.live_faqs,
        "entries": sum(e.entries for e in report.entries),
        "changes": full["changes"],
        "given_up": report.given_up,
        "returned": report.returned,
        "findings": {"by_rule": report.findings, "by_severity": dict(severities)},
        "model_calls": account.calls,
        "cached_calls": account.cached_calls,
        "tokens": {"prompt": account.usage.prompt_tokens, "completion": account.usage.completion_tokens},
        "cost": account.usage.cost,
        "model_seconds": round(account.busy_seconds, 2),
        "model_share": round(report.model_share, 3),
        "seconds": round(report.seconds, 2),
        "failures": full["failures"],
        "generation": full["source_faqs"],
        "localization": full["entries"],
    }


def status(json: JsonOption = False) -> None:
    """Where everything stands: per market what is pending, approved, published, live and stale; model calls in total."""
    from kb_pipeline.bootstrap import open_markets, open_store
    from kb_pipeline.services.draft.status import read_status

    settings = load_settings()
    report = read_status(open_store(settings), open_markets(settings))
    if json:
        print_json(report.model_dump(mode="json"))
        return
    from kb_pipeline.cli.draft.display import print_status

    print_status(report)


def retry(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of failed items, as kb status shows them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All items that failed.")] = False,
    actor: ActorOption = "",
    json: JsonOption = False,
) -> None:
    """Let the next run try failed items again, as if they had never failed. Without it, an item rests after three runs."""
    from kb_pipeline.bootstrap import open_store

    if bool(ids) == everything:
        raise UsageError("name the items or say --all", "see what failed: kb status")
    store = open_store(load_settings())
    wanted = [item.id for item in store.failed_items()] if everything else ids or []
    given = store.try_again(wanted, acting(actor))
    if json:
        print_json({"retried": [item.id for item in given]})
    else:
        typer.echo(f"{len(given)} items will be tried again. Next: kb run")
