"""`kb entry`: what is said of what, and silencing it at once."""

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import ActorOption, FilterOption, JsonOption, a_market, acting
from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.changes import EntryState, RiskTier
from kb_pipeline.domain.entries import ListedEntry

if TYPE_CHECKING:
    from kb_pipeline.services.entries.catalog import EntryView
    from kb_pipeline.services.entries.curator import Curator

app = typer.Typer(
    no_args_is_help=True, help="Find entries, withdraw one at once, restore it, correct it, settle contradictions."
)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The entry's id, or its first characters.")]
ReasonOption = Annotated[str, typer.Option(help="Why; kept in the audit trail.")]


def curator_for(actor: str) -> "Curator":
    """The use case of whoever acts. Who has the database may do all that it can."""
    from kb_pipeline.bootstrap import open_curator

    return open_curator(load_settings(), User(name=acting(actor), role=Role.ADMIN))


@app.command(name="list", epilog="Example: kb entry list --market th-TH --text คืนสินค้า")
def list_(
    markets: FilterOption = None,
    state: Annotated[EntryState | None, typer.Option(help="Only entries in this state.")] = None,
    text: Annotated[str, typer.Option(help="Only entries with these words in question, answer, phrasings or id.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    json: JsonOption = False,
) -> None:
    """The entries of every market, in any state."""
    from kb_pipeline.services.entries.catalog import EntryFilter

    found = curator_for("").catalog.find(EntryFilter(market=a_market(markets) or "", state=state, text=text))
    entries = list(islice(found, limit + 1))
    if json:
        print_json({"entries": [entry_row(entry) for entry in entries[:limit]], "more": len(entries) > limit})
        return
    from kb_pipeline.cli.entry.display import print_entries

    print_entries(entries, limit)


@app.command()
def show(entry_id: IdArgument, json: JsonOption = False) -> None:
    """One entry: its text, its state, which releases hold it, and what people did with it."""
    _print_view(curator_for("").catalog.view(entry_id), json)


@app.command(epilog="Example: kb entry withdraw 3a6c1d8e --reason 'the fee is 30 baht since Monday'")
def withdraw(
    entry_id: IdArgument,
    reason: ReasonOption = "",
    actor: ActorOption = "",
    json: JsonOption = False,
) -> None:
    """Silence an entry at once: running APIs say it no more within two seconds, and no release says it, new or old."""
    view = curator_for(actor).withdraw(entry_id, reason)
    if json:
        print_json(_view_row(view))
        return
    typer.echo(f"{view.entry.id}: withdrawn. Running APIs follow within two seconds; no release says it, new or old.")
    typer.echo(
        f"  Write it right: kb entry correct {view.entry.id} · take it back: kb entry restore {view.entry.id} --reason ..."
    )


@app.command()
def restore(
    entry_id: IdArgument,
    reason: ReasonOption = "",
    actor: ActorOption = "",
    json: JsonOption = False,
) -> None:
    """Take a withdrawal back: the live release says the entry again at once, if it holds it."""
    view = curator_for(actor).restore(entry_id, reason)
    if json:
        print_json(_view_row(view))
        return
    where = "the live release says it again" if view.entry.state is EntryState.PUBLISHED else "the next release says it again"
    typer.echo(f"{view.entry.id}: restored; {where}.")


@app.command(epilog="Example: kb entry correct 3a6c1d8e --answer 'The fee is 30 baht.' --reason 'new fee since Monday'")
def correct(
    entry_id: IdArgument,
    question: Annotated[str | None, typer.Option(help="The question as it must read.")] = None,
    answer: Annotated[str | None, typer.Option(help="The answer as it must read.")] = None,
    phrasing: Annotated[list[str] | None, typer.Option(help="Other ways to ask; replaces them all. May be repeated.")] = None,
    reason: ReasonOption = "",
    actor: ActorOption = "",
    json: JsonOption = False,
) -> None:
    """Open a change of an approved or withdrawn entry, imported ones too; people decide on it as on every other.

    Without --question, --answer or --phrasing, opens $EDITOR on a terminal.
    """
    from kb_pipeline.cli.review.editing import edited_text
    from kb_pipeline.errors import BlockedError

    curator = curator_for(actor)
    view = curator.catalog.entry(entry_id)
    if view.revision is None:
        raise BlockedError(f"entry {view.id} has no text", "see: kb entry list")
    change = curator.correct(view.id, edited_text(view.revision.text, question, answer, phrasing), reason)
    if json:
        row = {"id": change.id, "entry_id": change.entry_id, "state": change.state.value, "version": change.version}
        print_json({**row, "risk": change.risk.value, "findings": [f.model_dump(mode="json") for f in change.findings]})
        return
    people = "two people must approve it" if change.risk is RiskTier.HIGH else "one person must approve it"
    typer.echo(f"{change.id}: waits ({len(change.findings)} findings, {change.risk.value} risk: {people}).")
    typer.echo(f"  kb review show {change.id} · kb review approve {change.id}")


def entry_row(entry: ListedEntry) -> dict[str, Any]:
    """An entry as JSON."""
    text = entry.revision.text if entry.revision else None
    return {
        "id": entry.id,
        "market": entry.market,
        "state": entry.state.value,
        "imported": entry.is_imported,
        "revision": entry.revision.id if entry.revision else None,
        "question": text.question if text else None,
        "answer": text.answer if text else None,
        "phrasings": list(text.phrasings) if text else [],
        "open_change": entry.open_change,
    }


def _view_row(view: "EntryView") -> dict[str, Any]:
    full = view.model_dump(mode="json", exclude={"entry", "changes", "releases"})
    full["releases"] = [{"release": held.release, **held.model_dump(mode="json")} for held in view.releases]
    changes = [{"id": c.id, "kind": c.kind.value, "state": c.state.value, "version": c.version} for c in view.changes]
    return {**entry_row(view.entry), **full, "changes": changes}


def _print_view(view: "EntryView", json: bool) -> None:
    if json:
        print_json(_view_row(view))
        return
    from kb_pipeline.cli.entry.display import print_view

    print_view(view)
