"""Options that several commands share, and who acts when nobody is named."""

import getpass
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from kb_pipeline.cli.display import load_settings
from kb_pipeline.errors import UsageError

OnlyOption = Annotated[list[str] | None, typer.Option(help="Read only these paths, e.g. 'en/*'. May be repeated.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else there.")]
MarketOption = Annotated[list[str] | None, typer.Option("--market", "-m", help="Market tag, e.g. th-TH. May be repeated.")]
OneMarketOption = Annotated[list[str], typer.Option("--market", "-m", help="Market tag, e.g. th-TH.")]
FilterOption = Annotated[list[str] | None, typer.Option("--market", "-m", help="Only this market.")]
ActorOption = Annotated[str, typer.Option("--as", envvar="KB_ACTOR", help="Who acts; default: your user name.")]


def acting(name: str) -> str:
    """Who acts: the one that is named, else the user of this machine."""
    return name or getpass.getuser()


def the_market(given: Sequence[str], others: Iterable[str] = ()) -> str:
    """The one market that is named, in any case, as its pack writes it; `others` are markets that need no pack.

    Raises UsageError where several are named, UnknownMarketError.
    """
    from kb_pipeline.adapters.packs.files import market_named

    root = load_settings().locales_dir
    tags = list(dict.fromkeys(market_named(root, text, others) for text in given))
    if len(tags) > 1:
        raise UsageError(
            f"{len(tags)} markets are named: {', '.join(tags)}", "name one of them; for each run the command again"
        )
    return tags[0]


def a_market(given: Sequence[str] | None, others: Iterable[str] = ()) -> str | None:
    """The one market that is named, or None for all of them. Raises as `the_market`."""
    return the_market(given, others) if given else None
