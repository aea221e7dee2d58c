"""`kb check`: whether packs, articles and prompts are valid."""

from typing import Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import JsonOption


def check(json: JsonOption = False) -> None:
    """Check market packs, source articles and prompts; every problem with file, line and remedy.

    A warning is no problem: it names what may well be meant so, and leaves the exit code at 0.
    """
    from kb_pipeline.adapters.packs.files import inspect_packs
    from kb_pipeline.bootstrap import open_source
    from kb_pipeline.domain.articles import Quarantined
    from kb_pipeline.errors import PromptError
    from kb_pipeline.prompts import load_prompt, prompt_names

    settings = load_settings()
    packs = inspect_packs(settings.locales_dir)
    problems: list[dict[str, Any]] = [p.model_dump(mode="json") for pack in packs for p in pack.problems]
    warnings = [w for pack in packs for w in pack.warnings]
    problems += [
        {"path": q.path, "line": q.line, "code": q.code, "message": q.message, "remedy": q.remedy}
        for q in open_source(settings).read()
        if isinstance(q, Quarantined)
    ]
    for name in prompt_names():
        try:
            load_prompt(name)
        except PromptError as error:
            path = f"prompts/{name}.md"
            problems.append({"path": path, "line": None, "code": error.code, "message": error.message, "remedy": error.remedy})
    if json:
        print_json({"problems": problems, "warnings": [w.model_dump(mode="json") for w in warnings]})
    else:
        for p in problems:
            typer.echo(f"{p['path']}:{p['line'] or 1}: {p['message']} [{p['code']}]; {p['remedy']}")
        for warning in warnings:
            typer.echo(f"warning: {warning}")
        typer.echo(f"{len(problems)} problems" if problems else "packs, articles and prompts are valid")
    if problems:
        raise typer.Exit(1)
