"""`kb init`: a knowledge base to start from."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from kb_pipeline.cli.display import kb, print_json
from kb_pipeline.cli.options import JsonOption

EXAMPLE = "Example: kb init my-kb; then cd my-kb, kb check, kb parse --sentences"

_NEXT = (
    ("check", "are packs and articles valid?"),
    ("parse --sentences", "the sentences that a model is shown"),
    ("models fetch", "once: the embedded models, 1.2 GB; or name another model in .env"),
    ("run", "write and localize entries, and stage them for review"),
)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or an empty one; hidden folders may be in it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the files, and write nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Make a knowledge base to start from: an article, two market packs, settings, and a README that says what to do next.

    It passes kb check. DIR is new or empty; hidden folders such as .git may be in it. Nothing is ever overwritten.
    """
    from kb_pipeline.adapters.starter.knowledge_base import starter, write_starter

    made = starter(folder)
    if not dry_run:
        write_starter(made)
    meanings = dict(_next(folder))
    if json:
        print_json({**made.model_dump(mode="json"), "written": not dry_run, "next": list(meanings)})
        return
    for name, text in made.files.items():
        typer.echo(f"{folder / name}: {text.count(chr(10))} lines")
    if dry_run:
        typer.echo("nothing was written: leave out --dry-run")
        return
    typer.echo(f"Next (also in {folder / 'README.md'}):")
    width = max(map(len, meanings))
    for command, meaning in meanings.items():
        typer.echo(f"  {command:<{width}}  # {meaning}")


def _next(folder: Path) -> Iterator[tuple[str, str]]:
    """The commands to go on with, as they can be typed here, and what each does."""
    if folder.absolute() != Path.cwd():
        yield f"cd {shlex.quote(str(folder))}", "kb reads its settings, articles and markets from where it is called"
    for words, meaning in _NEXT:
        yield f"{shlex.quote(kb(folder))} {words}", meaning
