"""The root of the `kb` command: its groups, and how failures become exit codes (1: failed, 2: wrong use)."""

import json
import sys
from typing import Annotated

import click
import typer

from kb_pipeline import __version__
from kb_pipeline.cli.access import keys, users
from kb_pipeline.cli.demo import demo
from kb_pipeline.cli.draft import parse, pipeline
from kb_pipeline.cli.entry import conflicts, entry
from kb_pipeline.cli.language import market, memory, qa, terms
from kb_pipeline.cli.release import hold, release
from kb_pipeline.cli.review import import_entries, review
from kb_pipeline.cli.serve import search
from kb_pipeline.cli.system import audit, audit_key, backup, check, doctor, init, models, up
from kb_pipeline.errors import KBError
from kb_pipeline.web.terminal import guarded

app = typer.Typer(
    name="kb",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    help="Source articles in, approved and localized FAQ entries out. Start with kb demo; in earnest with kb init DIR, "
    "then kb run and kb up in it.",
    epilog="State lives under KB_HOME (default ./var). Settings: docs/settings.md. Exit codes: 0 fine, 1 failed, 2 wrong use.",
)
START, MAKE, SAY, KEEP = "See it all", "From articles to changes", "From changes to answers", "Keep it"
LOCALIZE = "Localize well"
app.command(rich_help_panel=START)(demo.demo)
app.command(rich_help_panel=START, epilog=init.EXAMPLE)(init.init)
app.command(rich_help_panel=START)(up.up)
app.command(rich_help_panel=START)(pipeline.status)
app.command(rich_help_panel=START, epilog="Example: kb doctor --deep --json")(doctor.doctor)
app.command(rich_help_panel=MAKE, epilog=parse.EXAMPLE)(parse.parse)
app.command(rich_help_panel=MAKE)(check.check)
app.command(rich_help_panel=MAKE)(pipeline.run)
app.command(rich_help_panel=MAKE, epilog="Example: kb retry --all")(pipeline.retry)
app.command(rich_help_panel=MAKE, name="import")(import_entries.import_entries)
app.add_typer(market.app, rich_help_panel=LOCALIZE, name="market")
app.add_typer(terms.app, rich_help_panel=LOCALIZE, name="terms")
app.add_typer(memory.app, rich_help_panel=LOCALIZE, name="memory")
app.command(rich_help_panel=LOCALIZE, epilog=qa.EXAMPLE)(qa.qa)
app.add_typer(review.app, rich_help_panel=SAY, name="review")
release.app.command(epilog="Example: kb release hold --market th-TH --reason 'the fees are being changed'")(hold.hold)
release.app.command(epilog="Example: kb release lift --market th-TH --reason 'the fees are right now'")(hold.lift)
app.add_typer(release.app, rich_help_panel=SAY, name="release")
entry.app.command()(conflicts.conflicts)
entry.app.command(epilog="Example: kb entry settle 3a6c1d8e9f204b57 0e22f4b3bf0bcdb3 --both --reason 'one is for members'")(
    conflicts.settle
)
app.add_typer(entry.app, rich_help_panel=SAY, name="entry")
app.command(rich_help_panel=SAY, epilog=search.EXAMPLE)(search.search)
app.add_typer(users.app, rich_help_panel=KEEP, name="user")
app.add_typer(keys.app, rich_help_panel=KEEP, name="key")
audit.app.add_typer(audit_key.app, name="key")
app.add_typer(audit.app, rich_help_panel=KEEP, name="audit")
app.command(rich_help_panel=KEEP, epilog="Example: kb backup /safe/place/kb.tar.gz")(backup.backup)
app.command(rich_help_panel=KEEP, epilog="Example: kb restore /safe/place/kb.tar.gz")(backup.restore)
app.add_typer(models.app, rich_help_panel=KEEP, name="models")


def _version(value: bool) -> None:
    if value:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")] = False,
) -> None: ...


def main() -> None:
    """Entry point. Expected failures print message and remedy on stderr, as JSON on stdout too where `--json` is asked for."""
    with guarded():
        sys.exit(_code())


def _code() -> int:
    """Run the command that the process's arguments name; its exit code."""
    try:
        code = app(standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.exceptions.Abort:
        sys.stderr.write("stopped; finished work is kept: run it again to go on\n")
        code = 1
    except click.ClickException as error:
        error.show()
        code = 2
    except KeyboardInterrupt:
        sys.stderr.write("stopped; finished work is kept: run it again to go on\n")
        code = 1
    except KBError as error:
        sys.stderr.write(f"error [{error.code}]: {error.message}\n")
        if error.remedy:
            sys.stderr.write(f"  what to do: {error.remedy}\n")
        if "--json" in sys.argv:
            report = {"error": {"code": error.code, "message": error.message, "remedy": error.remedy}}
            sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
        code = error.exit_code
    return code if isinstance(code, int) else 0
