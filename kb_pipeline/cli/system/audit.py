"""`kb audit`: who did what, and the proof that nobody changed it afterwards."""

from contextlib import closing
from typing import Annotated

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import JsonOption

app = typer.Typer(no_args_is_help=True, help="The audit trail: read it, prove it.")


@app.command(epilog="Example: kb audit verify --json")
def verify(json: JsonOption = False) -> None:
    """Prove that no event was changed, removed or put in. Write the head down elsewhere: it proves a cut, too."""
    from kb_pipeline.bootstrap import open_store

    with closing(open_store(load_settings())) as store:
        first_bad = store.verify_chain()
        events, head = store.audit_head()
    if json:
        print_json({"ok": first_bad is None, "events": events, "head": head, "first_bad": first_bad})
    elif first_bad is None:
        typer.echo(f"whole: {events} events, head {head}")
    else:
        typer.echo(f"broken at event {first_bad} of {events}; restore a backup: kb restore FILE")
    if first_bad is not None:
        raise typer.Exit(1)


@app.command(epilog="Example: kb audit log --subject th-TH/r0007")
def log(
    subject: Annotated[
        str | None, typer.Option(help="Only of this: a change, an entry, a release, user/NAME or key/ID.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most, the last ones.")] = 50,
    json: JsonOption = False,
) -> None:
    """The last events, oldest first: who did what to what, when."""
    from kb_pipeline.bootstrap import open_store

    with closing(open_store(load_settings())) as store:
        events = store.events(subject, limit)
    if json:
        print_json({"events": [event.model_dump(mode="json") for event in events]})
        return
    for event in events:
        typer.echo(f"{event.seq:>6}  {event.at:%Y-%m-%d %H:%M:%S}  {event.actor:<12} {event.action:<24} {event.subject}")
