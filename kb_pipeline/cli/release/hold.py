"""`kb release hold | lift`: whether anything may be published in a market."""

from typing import Annotated

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import ActorOption, JsonOption, OneMarketOption, acting, the_market

ReasonOption = Annotated[str, typer.Option(help="Why; kept in the audit trail.")]


def hold(markets: OneMarketOption, reason: ReasonOption = "", actor: ActorOption = "", json: JsonOption = False) -> None:
    """Let nothing be published in a market, by hand or by itself, until it is lifted. A rollback does this by itself."""
    from kb_pipeline.bootstrap import build_publisher

    market = the_market(markets)
    held = build_publisher(load_settings(), market, acting(actor)).hold(reason)
    if json:
        print_json({"held": True, **held.model_dump(mode="json")})
    else:
        typer.echo(f"{market} is on hold: nothing is published. Rolling back and withdrawing still work.")
        typer.echo(f"  To end it: {held.remedy}")


def lift(markets: OneMarketOption, reason: ReasonOption = "", actor: ActorOption = "", json: JsonOption = False) -> None:
    """Let a market be published again."""
    from kb_pipeline.bootstrap import build_publisher

    market = the_market(markets)
    lifted = build_publisher(load_settings(), market, acting(actor)).lift(reason)
    if json:
        print_json({"held": False, "market": market, "was": lifted.model_dump(mode="json")})
    else:
        typer.echo(f"{market} may be published again. What waits: kb release publish --market {market} --dry-run")
