"""`kb key`: the API keys of clients."""

from typing import Annotated

import typer

from kb_pipeline.cli.access.users import open_accounts
from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import ActorOption, JsonOption, MarketOption, acting

app = typer.Typer(no_args_is_help=True, help="API keys of chatbots and other clients: add, list, revoke.")


@app.command(epilog="Example: kb key add line-bot --market th-TH")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The client that will use it.")],
    market: MarketOption = None,
    actor: ActorOption = "",
    json: JsonOption = False,
) -> None:
    """Make a key, for the given markets or for all of them. It is shown once, now."""
    from kb_pipeline.bootstrap import open_markets

    tags = [pack.tag for pack in open_markets(load_settings(), market)] if market else []
    with open_accounts() as accounts:
        text, key = accounts.add_key(name, tags, acting(actor))
    if json:
        print_json({"key": text, **key.model_dump(mode="json")})
        return
    typer.echo(text)
    typer.echo("keep it now: it is never shown again; send it as 'Authorization: Bearer KEY'", err=True)


@app.command(name="list", epilog="Example: kb key list")
def list_(json: JsonOption = False) -> None:
    """All keys, oldest first, without their secrets."""
    with open_accounts() as accounts:
        keys = accounts.keys()
    if json:
        print_json({"keys": [key.model_dump(mode="json") for key in keys]})
        return
    for key in keys:
        ended = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
        typer.echo(f"{key.id}  {key.name:<24} {', '.join(key.markets) or 'all markets':<24} {ended}".rstrip())
    if not keys:
        typer.echo("no keys yet; make one: kb key add NAME")


@app.command(epilog="Example: kb key revoke 793d26c2906f")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as listed.")],
    actor: ActorOption = "",
    json: JsonOption = False,
) -> None:
    """End a key, at once and for good."""
    with open_accounts() as accounts:
        key = accounts.revoke_key(key_id, acting(actor))
    if json:
        print_json(key.model_dump(mode="json"))
    else:
        typer.echo(f"{key.id} ({key.name}): revoked")
