"""Entries for people: a table of many, all of one."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kb_pipeline.cli.console import Console
from kb_pipeline.domain.audit import AuditEvent
from kb_pipeline.domain.changes import EntryState
from kb_pipeline.domain.entries import ListedEntry
from kb_pipeline.services.entries.catalog import EntryView
from kb_pipeline.services.entries.curator import MarketConflicts
from kb_pipeline.services.release.contradictions import Contradiction

_STATES = {EntryState.PUBLISHED: "bold green", EntryState.WITHDRAWN: "bold red", EntryState.RETIRED: "dim"}
_TIME = "%Y-%m-%d %H:%M"


def print_entries(entries: Sequence[ListedEntry], limit: int) -> None:
    """A table of at most `limit` of them."""
    console = Console()
    if not entries:
        console.print("No entry is like that. All of them: kb entry list")
        return
    table = Table(show_lines=True, expand=True)
    table.add_column("id", no_wrap=True, min_width=16)
    table.add_column("market", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("text", ratio=1)
    for entry in entries[:limit]:
        table.add_row(entry.id, entry.market, Text(entry.state, style=_STATES.get(entry.state, "")), _text(entry))
    console.print(table)
    if len(entries) > limit:
        console.print("... and more: --limit, or narrow it with --market, --state, --text")
    console.print(f"Next: [bold]kb entry show {entries[0].id}[/]")


def print_view(view: EntryView) -> None:
    """All that is known of an entry."""
    console, entry = Console(), view.entry
    console.rule(f"{entry.id} · {entry.market} · {entry.state}{' · imported' if entry.is_imported else ''}")
    console.print(_text(entry))
    if view.withdrawal:
        word = view.withdrawal
        console.print(Text(f"Withdrawn by {word.actor} at {word.at:{_TIME}} UTC: {word.reason}", style="bold red"))
    if entry.open_change:
        console.print(f"A change of it waits: [bold]kb review show {entry.open_change}[/]")
    for conflict in view.conflicts:
        other = conflict.second_entry if conflict.first_entry == entry.id else conflict.first_entry
        settled = f"{conflict.settled_by}: {conflict.comment}" if conflict.settled_by else "nobody said which one holds"
        console.print(Text(f"Contradicts {other}: {conflict.why} ({settled})", style="" if conflict.settled_by else "red"))
    console.print(Panel(Group(*_releases(view)), title="releases that hold it"))
    console.print(Panel(Group(*(_event(event) for event in view.history)), title="history"))
    console.print(_next(entry))


def print_conflicts(found: Mapping[str, MarketConflicts]) -> None:
    """Each market's contradictions: those that wait for a word first."""
    console = Console()
    if not any(each.open or each.settled for each in found.values()):
        console.print("No approved text contradicts another one.")
    for market, each in found.items():
        for contradiction in each.open:
            title = f"{market} · {contradiction.conflict.why or 'a person said so'}"
            console.print(Panel(Group(*_sides(contradiction)), title=escape(title), border_style="red"))
            console.print(Text(f"  {contradiction.remedy}"))
        for contradiction in each.settled:
            word = contradiction.conflict
            title = f"{market} · both hold, {word.settled_by} says: {word.comment}"
            console.print(Panel(Group(*_sides(contradiction)), title=escape(title), border_style="dim"))


def _sides(contradiction: Contradiction) -> Iterator[Text]:
    for side in (contradiction.first, contradiction.second):
        about = f"entry {side.entry_id}, revision {side.id}"
        yield Text.assemble((side.text.question, "bold"), "\n", side.text.answer, "\n", (about, "dim"))


def _text(entry: ListedEntry) -> Text:
    if entry.revision is None:
        return Text("(no text)", style="dim")
    text = entry.revision.text
    asked = "".join(f"\nalso asked: {phrasing}" for phrasing in text.phrasings)
    return Text.assemble((text.question, "bold"), "\n", text.answer, (asked, "dim"))


def _releases(view: EntryView) -> Iterator[Text]:
    silent = {text.revision_id for text in view.withdrawn}
    for held in view.releases:
        note = " · silent: withdrawn" if held.revision_id in silent else ""
        yield Text(f"{held.release} ({held.state}): revision {held.revision_id}{note}")
    if not view.releases:
        yield Text("none", style="dim")


def _event(event: AuditEvent) -> Text:
    after = event.after or {}
    why = after.get("reason") or after.get("comment") or ""
    return Text(" · ".join(filter(None, (f"{event.at:{_TIME}}", event.actor, event.action, why))))


def _next(entry: ListedEntry) -> str:
    if entry.state is EntryState.WITHDRAWN:
        return f"[bold]kb entry correct {entry.id}[/] · [bold]kb entry restore {entry.id} --reason ...[/]"
    if entry.state in {EntryState.APPROVED, EntryState.PUBLISHED}:
        return f"[bold]kb entry withdraw {entry.id} --reason ...[/] · [bold]kb entry correct {entry.id}[/]"
    return f"All entries of {escape(entry.market)}: [bold]kb entry list --market {escape(entry.market)}[/]"
