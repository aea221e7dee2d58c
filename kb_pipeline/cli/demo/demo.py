"""`kb demo`: the whole road in a home of its own, from articles to answers. It plays the reviewer, and says so."""

import signal
from typing import Annotated

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import JsonOption


def demo(
    market: Annotated[
        list[str] | None,
        typer.Option("--market", "-m", help="Show this market; may be repeated. Default: those it has a question ready for."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show everything on one article: stage, decide, publish, answer over HTTP, roll back and forth. Ends by itself.

    It works in KB_HOME/demo, where it plays the reviewer; nothing of KB_HOME itself is touched. A second run is quick: what
    was written, decided and published stays.
    """
    from kb_pipeline.cli.demo.display import Screen
    from kb_pipeline.cli.demo.steps import Demo

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the API which it starts is ended, too
    report = Demo(load_settings(), Screen(json), market or ()).run()
    if json:
        print_json(report)
