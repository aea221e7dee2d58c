"""Releases for people: tables, reports in words, and what changes, word by word."""

from collections.abc import Mapping, Sequence

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from kb_pipeline.cli.console import Console
from kb_pipeline.domain.faqs import FaqText, Revision
from kb_pipeline.domain.releases import Hold, Manifest, Release, ReleaseReport, ReleaseState
from kb_pipeline.errors import KBError
from kb_pipeline.services.release.plan import ReleasePlan, TextChange
from kb_pipeline.steps.language.diff import word_diff

_STATES = {ReleaseState.LIVE: "bold green", ReleaseState.FAILED: "red", ReleaseState.SUPERSEDED: "dim"}
_DIFF = {"same": "", "added": "green underline", "removed": "red strike"}
_TIME = "%Y-%m-%d %H:%M"


def print_releases(releases: Sequence[Release]) -> None:
    """All of them, newest first."""
    console = Console()
    if not releases:
        console.print("Nothing was published yet. What is approved is published with: kb release publish")
        return
    table = Table(title=f"{len(releases)} releases", expand=True)
    for name in ("release", "state", "entries", "went live"):
        table.add_column(name, no_wrap=True)
    table.add_column("by", ratio=1)
    table.add_column("note, or why it failed", ratio=3)
    for r in releases:
        live_at = f"{r.live_at:{_TIME}}" if r.live_at else ""
        why = r.reason or r.note
        table.add_row(
            r.id, Text(r.state, style=_STATES.get(r.state, "")), str(r.entries), live_at, escape(r.actor), escape(why)
        )
    console.print(table)


def print_release(release: Release, manifest: Manifest, texts: Mapping[str, Revision]) -> None:
    """One release with all that it says."""
    console = Console()
    console.rule(f"{release.id} · {release.state} · {release.entries} entries")
    for item in manifest:
        text = texts[item.revision_id].text
        limits = [*item.markets, *(f"from {day}" for day in [item.valid_from] if day)]
        limits += [f"until {day}" for day in [item.valid_until] if day]
        about = " · ".join(filter(None, (item.entry_id, ", ".join(item.topics), " ".join(limits))))
        console.print(Text.assemble((text.question, "bold"), "\n", text.answer, "\n", (about, "dim"), "\n"))
    if release.report:
        print_report(release, release.report)


def print_report(release: Release, report: ReleaseReport) -> None:
    """What its verification found."""
    console, table = Console(), Table.grid(padding=(0, 2))
    golden = f"{report.golden_found} of {report.golden_asked} among the first three, MRR {report.golden_mrr:.3f}"
    if report.golden_live_mrr is not None:
        golden += f" (what was live: {report.golden_live_mrr:.3f})"
    table.add_row("entries", f"{report.entries}, found by {report.texts} texts")
    table.add_row("own questions", f"{report.self_found} of {report.self_queries} find their entry")
    table.add_row("golden queries", golden if report.golden_asked else "none about these articles")
    table.add_row("recall@10", f"{report.exact_recall:.3f} of exact search")
    table.add_row("took", f"{report.seconds:.1f} s")
    console.print(table)
    for failure in report.failures:
        console.print(Text(f"✗ {failure}", style="red"))
    for question in report.missed:
        console.print(Text(f"  not found: {question}", style="red"))
    fit = (
        Text("✓ fit to be live", style="green")
        if report.is_fit
        else Text(f"{release.id} is not fit to be live", style="bold red")
    )
    console.print(fit)


def print_plan(plan: ReleasePlan) -> None:
    """What publishing or rolling back would change."""
    console = Console()
    live = plan.live.id if plan.live else "nothing"
    for left in plan.left_out:
        console.print(Text(f"Left out: {left}", style="bold yellow"))
    if not plan.differs:
        console.print(f"{plan.market}: nothing to do, {live} says all of it")
        return
    if not plan.manifest:
        console.print(f"{plan.market}: nothing is approved{' that can be said' if plan.left_out else ''}")
        return
    diff, to = plan.diff, plan.to.id if plan.to else "a new release"
    counts = f"{len(diff.added)} added, {len(diff.changed)} changed, {len(diff.removed)} removed"
    console.print(f"[bold]{plan.market}[/]: from {live} to {to} of {len(plan.manifest)} entries: {counts}")
    print_changes(plan.changes)
    if plan.retired:
        console.print(Text(f"Said again although people retired them: {', '.join(plan.retired)}", style="bold red"))
    if plan.rebuild:
        console.print("Its index was collected: it would be built and verified first.")
    if plan.withdrawn:
        console.print(f"It holds texts that people withdrew, which stay silent: {', '.join(plan.withdrawn)}")
    for obstacle in plan.obstacles:
        console.print(Text(f"Not now: {obstacle}", style="bold yellow"))


def print_changes(changes: Sequence[TextChange]) -> None:
    """Each entry that is added, removed or changed; word by word."""
    console = Console()
    if not changes:
        console.print("Both say the same.")
    for change in changes:
        console.print(_change(change))


def _change(change: TextChange) -> Text:
    before, after = change.before, change.after
    if before is None or after is None:
        sign, style, revision = ("+", "green", after) if before is None else ("-", "red", before)
        text = revision.text if revision else FaqText(question=change.entry_id, answer="")
        return Text.assemble((f"{sign} {text.question}\n", f"bold {style}"), (f"  {text.answer}\n", style))
    if before.text == after.text:
        return Text.assemble((f"~ {after.text.question}\n", "bold"), ("  its topics, markets or dates change\n", "dim"))
    pairs = [(before.text.question, after.text.question), (before.text.answer, after.text.answer)]
    pairs.append((" · ".join(before.text.phrasings), " · ".join(after.text.phrasings)))
    line = Text("~ ", style="bold")
    for old, new in pairs:
        if old or new:
            line.append_text(Text.assemble(*((p.text, _DIFF[p.kind]) for p in word_diff(old, new, after.language)), "\n  "))
    return line


def print_outcome(
    market: str, release: Release | None, *, changed: bool, error: KBError | None = None, hold: Hold | None = None
) -> None:
    """How publishing or a rollback ended."""
    console = Console()
    if error is not None:
        console.print(Text(f"{market}: {error.message}", style="bold red"))
        console.print(Text(f"  what to do: {error.remedy}") if error.remedy else "")
    elif release is None:
        console.print(f"{market}: nothing is approved, so there is nothing to publish. See: kb review list --market {market}")
    elif changed:
        console.print(f"[bold green]{release.id} is live[/] with {release.entries} entries.")
        console.print(f"  Ask it: kb search '...' --market {market} · back again: kb release rollback {market}")
        if hold:
            console.print(Text(f"  Nothing is published here until somebody lifts the hold: {hold.remedy}", style="yellow"))
    else:
        console.print(f"{market}: nothing changed, {release.id} stays live.")
