"""`kb user`: who may sign in to the review page, and what they may do there."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import ActorOption, JsonOption, MarketOption, acting
from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.errors import UsageError

app = typer.Typer(no_args_is_help=True, help="People who sign in to the review page: add, list, disable, new password.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")]
StdinOption = Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin, instead of asking twice.")]


@app.command(epilog="Example: kb user add malee --role reviewer --market th-TH")
def add(
    name: NameArgument,
    role: Annotated[
        Role, typer.Option(help="What the user may do; each role may do what the ones before it may.")
    ] = Role.VIEWER,
    market: MarketOption = None,
    stdin: StdinOption = False,
    actor: ActorOption = "",
    json: JsonOption = False,
) -> None:
    """Add a user, for the given markets or for all of them. The password is asked for, at least 10 characters."""
    from kb_pipeline.bootstrap import open_markets

    tags = [pack.tag for pack in open_markets(load_settings(), market)] if market else []
    with open_accounts() as accounts:
        _print_user(accounts.add_user(name, _password(stdin), role, tags, acting(actor)), json, "added")


@app.command(name="list", epilog="Example: kb user list --json")
def list_(json: JsonOption = False) -> None:
    """All users, with roles and markets."""
    with open_accounts() as accounts:
        users = accounts.users()
    if json:
        print_json({"users": [user.model_dump(mode="json") for user in users]})
        return
    for user in users:
        typer.echo(f"{user.name:<24} {user.role:<10} {_markets(user):<24} {'disabled' if user.disabled else ''}".rstrip())
    if not users:
        typer.echo("no users yet; add one: kb user add NAME --role reviewer")


@app.command(epilog="Example: kb user disable malee")
def disable(name: NameArgument, actor: ActorOption = "", json: JsonOption = False) -> None:
    """Shut a user out, at once: all sessions end. What the user decided stays."""
    with open_accounts() as accounts:
        _print_user(accounts.set_disabled(name, True, acting(actor)), json, "disabled")


@app.command(epilog="Example: kb user enable malee")
def enable(name: NameArgument, actor: ActorOption = "", json: JsonOption = False) -> None:
    """Let a disabled user in again."""
    with open_accounts() as accounts:
        _print_user(accounts.set_disabled(name, False, acting(actor)), json, "enabled")


@app.command(epilog="Example: kb user password malee")
def password(name: NameArgument, stdin: StdinOption = False, actor: ActorOption = "", json: JsonOption = False) -> None:
    """Give a user a new password. All sessions end."""
    with open_accounts() as accounts:
        _print_user(accounts.set_password(name, _password(stdin), acting(actor)), json, "has a new password")


@contextmanager
def open_accounts() -> Iterator[Any]:  # a services.access.accounts.Accounts, imported lazily
    """The accounts of this home, while they are needed."""
    from kb_pipeline import bootstrap

    with closing(bootstrap.open_store(load_settings())) as store:
        yield bootstrap.open_accounts(store)


def _password(stdin: bool) -> str:
    """The password, never from the command line, which other programs can read."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask for the password on", "pipe it in, with --password-stdin")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _markets(user: User) -> str:
    return ", ".join(user.markets) or "all markets"


def _print_user(user: User, json: bool, what: str) -> None:
    if json:
        print_json(user.model_dump(mode="json"))
    else:
        typer.echo(f"{user.name}: {what} ({user.role}, {_markets(user)})")
