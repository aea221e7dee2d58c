"""`kb up`: the API, the review page and Dagster together, until Ctrl-C. Seeds nothing and creates no account."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb_pipeline.cli.display import RichProgress, kb, load_settings, print_json
from kb_pipeline.cli.options import JsonOption
from kb_pipeline.errors import KBError, UsageError
from kb_pipeline.settings import Settings

if TYPE_CHECKING:
    from kb_pipeline.cli.system.programs import Program

NAMES = ("api", "review", "dagster")

ApiPort = Annotated[int | None, typer.Option("--api-port", min=1, max=65535, help="Port of the API; default KB_API_PORT.")]
ReviewPort = Annotated[
    int | None, typer.Option("--review-port", min=1, max=65535, help="Port of the review page; default KB_REVIEW_PORT.")
]
DagsterPort = Annotated[
    int | None, typer.Option("--dagster-port", min=1, max=65535, help="Port of Dagster's page; default KB_DAGSTER_PORT.")
]
OnlyOption = Annotated[str, typer.Option(help="Start only these, e.g. api,review.")]


def up(
    api_port: ApiPort = None,
    review_port: ReviewPort = None,
    dagster_port: DagsterPort = None,
    only: OnlyOption = "api,review,dagster",
    json: JsonOption = False,
) -> None:
    """Start the API, the review page and Dagster's page, and end them all at one Ctrl-C (a second one kills).

    Each writes to KB_HOME/logs. Nothing is seeded and no password is made: it says what is missing instead.
    """
    ports = {"api_port": api_port, "review_port": review_port, "dagster_port": dagster_port}
    settings = load_settings().model_copy(update={name: port for name, port in ports.items() if port})
    _serve(settings, _chosen(only), json)


def _chosen(only: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in only.split(",") if name.strip()))
    unknown = [name for name in names if name not in NAMES]
    if unknown or not names:
        raise UsageError(f"there is no program '{', '.join(unknown)}' to start", f"choose from: {', '.join(NAMES)}")
    return tuple(name for name in NAMES if name in names)


def _serve(settings: Settings, names: Sequence[str], json: bool) -> None:
    from kb_pipeline.cli.system.display_up import print_up
    from kb_pipeline.cli.system.programs import Programs, check_ports, stopping

    programs = our_programs(settings, names)
    check_ports(programs)
    missing = next_steps(settings)
    with stopping() as stop:
        running = Programs(settings.home / "logs", os.environ | settings.environment(), stop)
        try:
            for program in programs:
                running.start(program)
            with RichProgress().track("starting", len(programs)) as tell:
                is_ready = running.wait_until_ready(tell)
            if is_ready:
                logs = {program.name: running.log(program) for program in programs}
                print_json(up_json(programs, logs, missing)) if json else print_up(programs, logs, missing)
                sys.stdout.flush()
                running.watch()
            sys.stderr.write("stopping\n")
        except KBError:
            sys.stderr.write("stopping the others\n")
            raise
        finally:
            running.end()
    sys.stderr.write("all ended\n")


def our_programs(settings: Settings, names: Sequence[str] = NAMES) -> list["Program"]:
    """The programs of `names` over the settings."""
    return [p for p in _all_programs(settings) if p.name in names]


def _all_programs(settings: Settings) -> list["Program"]:
    from kb_pipeline.cli.system.programs import Program

    def program(name: str, title: str, module: str, port: int, ready: str) -> Program:
        command = (sys.executable, "-m", module, "--host", settings.host, "--port", str(port))
        change = f"--{name}-port or KB_{name.upper()}_PORT"
        return Program(name, title, command, settings.host, port, ready, change)

    return [
        program("api", "the API", "kb_pipeline.api", settings.api_port, "/readyz"),
        program("review", "the review page", "kb_pipeline.review", settings.review_port, "/healthz"),
        program("dagster", "Dagster's page", "assets.ui", settings.dagster_port, "/server_info"),
    ]


def up_json(programs: Sequence["Program"], logs: dict[str, Path], missing: Sequence[tuple[str, str]]) -> dict[str, object]:
    """What `--json` prints as soon as everything is ready."""
    return {
        "programs": [{"name": p.name, "url": p.url, "log": str(logs[p.name])} for p in programs],
        "next": [{"why": why, "run": command} for why, command in missing],
    }


def next_steps(settings: Settings) -> list[tuple[str, str]]:
    """What is still missing, each with the command that makes it."""
    from kb_pipeline.bootstrap import open_store

    store = open_store(settings)
    try:
        steps = [
            (not store.users(), "nobody can sign in to the review page yet", f"{kb()} user add NAME --role admin"),
            (not store.keys(), "no client can ask the API yet", f"{kb()} key add NAME"),
            (not store.live_numbers(), "nothing is live yet: approve changes, then", f"{kb()} release publish"),
        ]
    finally:
        store.close()
    return [(why, command) for is_missing, why, command in steps if is_missing]
