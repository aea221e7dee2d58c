"""Where the started programs are and what to do next, for people."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from kb_pipeline.cli.console import Console
from kb_pipeline.cli.system.programs import Program

_OPEN = {"api": "/docs", "review": "/", "dagster": "/"}


def print_up(programs: Sequence[Program], logs: Mapping[str, Path], missing: Sequence[tuple[str, str]]) -> None:
    """A table of addresses, then what is missing, each with its command."""
    console, table = Console(), Table("what", "where", "log")
    for program in programs:
        table.add_row(program.title, program.url + _OPEN[program.name], str(logs[program.name]))
    console.print(table)
    for why, command in missing:
        console.print(f"{why}: [bold]{command}[/]", soft_wrap=True)
    console.print("One Ctrl-C ends them all.")
