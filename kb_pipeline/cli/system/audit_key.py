"""`kb audit key`: the key that the audit trail's events are hashed with."""

from contextlib import closing
from typing import Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import ActorOption, JsonOption, acting

app = typer.Typer(no_args_is_help=True, help="The key of the audit trail: it is in no database and in no backup.")


@app.command()
def show(json: JsonOption = False) -> None:
    """The ids of the keys, oldest first, and where they are; the last one is in use. Never the keys themselves."""
    from kb_pipeline.bootstrap import open_audit_keys

    keys = open_audit_keys(load_settings())
    ids, place = [key.id for key in keys.known()], _place()
    if json:
        print_json({"keys": ids, "place": place})
        return
    for id_ in ids:
        typer.echo(f"{id_}{'  in use' if id_ == ids[-1] else ''}")
    typer.echo(f"in {place}" if ids else f"none yet: the first event makes one in {place}")


@app.command(epilog="Example: kb audit key rotate")
def rotate(actor: ActorOption = "", json: JsonOption = False) -> None:
    """Make a new key, which is in use from now on. The old ones stay, for the events that are hashed with them."""
    from kb_pipeline.bootstrap import open_audit_keys, open_store

    settings = load_settings()
    keys = open_audit_keys(settings)
    with closing(open_store(settings)) as store:
        made = keys.rotate()
        store.note_new_key(acting(actor))
    row: dict[str, Any] = {"key": made.id, "place": _place()}
    if json:
        print_json(row)
    else:
        typer.echo(f"{made.id} is in use, in {row['place']}; other machines with this database need that file, too")


def _place() -> str:
    settings = load_settings()
    if settings.audit_key.get_secret_value().strip():
        return "KB_AUDIT_KEY"
    return str(settings.audit_key_file or settings.home / "audit.key")
