"""Runs, plans, quarantine and status, for people."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from kb_pipeline.cli.console import Console
from kb_pipeline.domain.articles import Notice, Quarantined
from kb_pipeline.domain.failures import FailedItem
from kb_pipeline.services.draft.estimate import RunEstimate, StageEstimate
from kb_pipeline.services.draft.plan import RunPlan
from kb_pipeline.services.draft.run import RunReport
from kb_pipeline.services.draft.status import Status

_QUARANTINE_ROWS = 20
_ROUGH = 30  # stored calls, below which a mean says little


def print_quarantine(items: Sequence[Quarantined]) -> None:
    """What could not be used, with place and remedy."""
    if not items:
        return
    table = Table("path", "line", "code", "what", "remedy", title=f"{len(items)} quarantined")
    for q in items[:_QUARANTINE_ROWS]:
        table.add_row(escape(q.path), str(q.line or ""), q.code, escape(q.message), escape(q.remedy))
    Console().print(table)


def print_warnings(items: Sequence[Notice]) -> None:
    """What of the articles was masked or left out, with place and remedy; each remedy once."""
    if not items:
        return
    table = Table("path", "line", "code", "what", title=f"{len(items)} masked or left out")
    for notice in items[:_QUARANTINE_ROWS]:
        table.add_row(escape(notice.path), str(notice.line or ""), notice.code, escape(notice.message))
    console = Console()
    console.print(table)
    for code, remedy in {notice.code: notice.remedy for notice in items}.items():
        console.print(f"{code}: {escape(remedy)}")


def print_run(report: RunReport) -> None:
    """What a run did, and what to do next."""
    console, account, faqs = Console(), report.account, report.source_faqs
    print_quarantine(report.quarantined)
    print_warnings(report.warnings)
    console.print(
        f"{report.articles} articles, {report.sentences} sentences, {report.chunks} chunks. Source FAQs: "
        f"{len(faqs.written)} written, {len(faqs.revised)} revised, {len(faqs.retired)} retired, {faqs.kept} kept as they were."
    )
    table = Table("market", "localized", "asked for", "edited", "no model", "kept", "staged now", "of these by relation")
    for entry in report.entries:
        staged = report.changes[entry.market]
        relations = ", ".join(f"{kind} {n}" for kind, n in staged.by_relation.items())
        by_model = (len(entry.localized), len(entry.requested), len(entry.edited))
        row = (*by_model, len(entry.taken) + len(entry.remembered), entry.kept, staged.total)
        table.add_row(entry.market, *map(str, row), relations)
    console.print(table)
    if report.returned:
        console.print(f"{report.returned} requests for changes led to no other text; [bold]kb review show ID[/] says why.")
    if left_out := sum(entry.left_out for entry in report.entries):
        console.print(f"Left out: {left_out} phrasings that were no other way to ask their question.")
    if report.findings:
        console.print("Findings: " + ", ".join(f"{name} {count}" for name, count in report.findings.items()))
    cost = "cost unknown" if account.usage.cost is None else f"${account.usage.cost:.4f}"
    console.print(
        f"Model: {account.calls} calls paid, {account.cached_calls} from memory, {account.usage.prompt_tokens} + "
        f"{account.usage.completion_tokens} tokens, {cost}; "
        f"{report.seconds:.1f} s, {report.model_share:.0%} of it in the model."
    )
    for failure in report.failures:
        console.print(f"[red]failed[/] {escape(failure.item)}: {escape(failure.message)}")
    _print_still_due(report)
    if resting := len(faqs.resting) + sum(len(entry.resting) for entry in report.entries):
        console.print(f"{resting} items failed in so many runs that they rest; [bold]kb status[/] says why.")
    console.print("Next: [bold]kb review list[/], then [bold]kb review show ID[/]")


def _print_still_due(report: RunReport) -> None:
    """Where a cap ended the model's work: what was left, and how to go on."""
    if not report.still_due:
        return
    left = dict(report.still_due)
    chunks = left.pop("source_faqs", 0)
    parts = [f"{chunks} chunks and FAQs of the source"] * bool(chunks) + [f"{tag} {n} entries" for tag, n in left.items()]
    console = Console()
    console.print(f"[yellow]Stopped[/]: {escape(report.stopped)}. Still due: {', '.join(parts)}.")
    console.print("Go on with [bold]kb run[/]: a new run has a new cap, and nothing is paid twice.")


def print_plan(plan: RunPlan) -> None:
    """What a run would do."""
    console = Console()
    print_quarantine(plan.quarantined)
    print_warnings(plan.warnings)
    console.print(
        f"{plan.articles} articles ({len(plan.changed)} new or changed, {len(plan.removed)} gone): "
        f"{plan.chunks_to_write} chunks to write FAQs from, {plan.faqs_to_revise} FAQs to revise."
    )
    for market, count in plan.entries.items():
        console.print(f"{market}: {count} entries due now, and one for each FAQ that is written or revised")
    print_estimate(plan.estimate)
    if plan.beyond_cap:
        console.print(f"[yellow]{plan.beyond_cap}[/] would end the run before all is done; the next run goes on.")
    console.print("Nothing was called and nothing was changed.")


def print_estimate(estimate: RunEstimate) -> None:
    """What the language model will take for it, and how sure that is."""
    console, stages = Console(), [stage for stage in estimate.stages if stage.items != 0]
    if not stages:
        return
    if not any(stage.stored_calls for stage in stages):
        console.print(
            f"What it will take is not known: no call of '{escape(estimate.model)}' is stored yet. "
            "Run a few articles first ([bold]--limit 3[/]), then ask again."
        )
        return
    table = Table("stage", "items", "calls", "tokens", "cost", "time", "known from")
    for stage in stages:
        others = " of other markets" if stage.of_other_markets else ""
        basis = f"{stage.stored_calls:,} stored calls{others}" if stage.stored_calls else "nothing"
        rough = ": rough" if 0 < stage.stored_calls < _ROUGH else ""
        table.add_row(stage.stage, _about(stage.items), *_takes(stage), basis + rough)
    table.add_row("all", "", *_takes(estimate), "")
    console.print(table)


def _takes(part: StageEstimate | RunEstimate) -> tuple[str, str, str, str]:
    cost = "unknown" if part.cost is None else f"${part.cost:,.2f}" if part.cost >= 1 else f"${part.cost:.4f}"
    minutes = None if part.seconds is None else part.seconds / 60
    time = "unknown" if minutes is None else f"{minutes:,.0f} min" if minutes >= 1 else "under 1 min"
    return _about(part.calls), _about(part.tokens), cost, time


def _about(number: float | None) -> str:
    return "unknown" if number is None else f"{number:,.0f}"


def print_failed(items: Sequence[FailedItem]) -> None:
    """What a model had no usable reply for, why, and what can be done."""
    if not items:
        return
    table = Table("id", "stage", "item", "runs", "why", "remedy", title=f"{len(items)} items failed")
    for item in items[:_QUARANTINE_ROWS]:
        runs = f"{item.runs}, rests" if item.rests else str(item.runs)
        table.add_row(item.id, item.stage, escape(item.item), runs, escape(item.message), escape(item.remedy))
    Console().print(table)
    if any(item.rests for item in items):
        Console().print(
            "No run tries what rests until its text, its prompt or the model changes. To ask for it: [bold]kb retry ID[/]"
        )


def print_status(status: Status) -> None:
    """Where everything stands."""
    console = Console()
    console.print(
        f"{status.articles} articles ({status.quarantined} quarantined), {status.chunks} chunks, "
        f"{status.source_faqs} source FAQs"
    )
    empty = {c for c in ("changes_requested", "withdrawn") if not any(getattr(m, c) for m in status.markets.values())}
    all_columns = ("pending", "changes_requested", "approved", "published", "withdrawn", "imported", "rejected", "stale")
    columns = [name for name in all_columns if name not in empty]
    table = Table("market", *(name.replace("_", " ") for name in columns), "live", padding=0)
    for tag, market in status.markets.items():
        live = (market.live_release or "none").removeprefix(f"{tag}/") + (" held" if market.held else "")
        table.add_row(tag, *(str(getattr(market, c)) for c in columns), live)
    console.print(table)
    print_failed(status.failed)
    used = status.usage
    cost = "cost unknown" if used.cost is None else f"${used.cost:.4f}"
    console.print(f"{status.model_calls} model calls so far, {used.prompt_tokens} + {used.completion_tokens} tokens, {cost}")
