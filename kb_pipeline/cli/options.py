"""Options that several commands share, and who acts when nobody is named."""

import getpass
from typing import Annotated

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else there.")]
MarketOption = Annotated[list[str] | None, typer.Option("--market", "-m", help="Market tag, e.g. th-TH. May be repeated.")]
ActorOption = Annotated[str, typer.Option("--as", envvar="KB_ACTOR", help="Who acts; default: your user name.")]


def acting(name: str) -> str:
    """Who acts: the one that is named, else the user of this machine."""
    return name or getpass.getuser()
