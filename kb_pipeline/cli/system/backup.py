"""`kb backup` and `kb restore`: the whole store as one file, and back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import JsonOption


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; default: KB_HOME/backups/kb-<time>.tar.gz. Never overwritten.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write a proven copy of the database while everything goes on. It holds password hashes: keep it safe."""
    from kb_pipeline.bootstrap import open_backups

    settings = load_settings()
    to = file or settings.home / "backups" / f"kb-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz"
    made = open_backups(settings).write(to)
    if json:
        print_json({"file": str(to), **made.model_dump(mode="json")})
    else:
        typer.echo(f"{to}: {made.bytes / 1e6:.1f} MB of database, {made.events} audit events, head {made.head[:12]}")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that kb backup wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Also over a database; it is kept beside the new one.")] = False,
    json: JsonOption = False,
) -> None:
    """Put a backup in place, once all of it is proven, and build the indexes of the live releases anew."""
    from kb_pipeline.bootstrap import open_backups, rebuild_indexes

    settings = load_settings()
    restored, kept = open_backups(settings).restore(file, force=force)
    if not json:
        typer.echo(f"restored {file}, made {restored.created_at:%Y-%m-%d %H:%M:%S} UTC: {restored.events} audit events")
        if kept:
            typer.echo(f"the database before it is kept as {kept}")
    rebuilt = rebuild_indexes(settings)
    if json:
        places = {"kept": str(kept) if kept else None, "indexes": list(rebuilt)}
        print_json({"file": str(file), **restored.model_dump(mode="json"), **places})
    else:
        typer.echo(f"indexes built: {', '.join(rebuilt) or 'none was missing'}")
