"""`kb check`: whether packs, articles and prompts are valid."""

from datetime import UTC, datetime
from typing import Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import JsonOption


def check(json: JsonOption = False) -> None:
    """Check market packs, source articles and prompts; every problem with file, line and remedy.

    A warning is no problem: it names what may well be meant so, and leaves the exit code at 0.
    """
    from kb_pipeline.adapters.packs.contexts import check_contexts
    from kb_pipeline.adapters.packs.files import inspect_packs
    from kb_pipeline.bootstrap import open_source
    from kb_pipeline.domain.articles import Article, Quarantined
    from kb_pipeline.errors import PromptError
    from kb_pipeline.prompts import load_prompt, prompt_names

    settings, day = load_settings(), datetime.now(UTC).date()
    reports = inspect_packs(settings.locales_dir, day)
    packs = [report.market for report in reports if report.market]
    read = list(open_source(settings, packs=packs).read())
    problems: list[dict[str, Any]] = [p.model_dump(mode="json") for report in reports for p in report.problems]
    problems += [
        {"path": q.path, "line": q.line, "code": q.code, "message": q.message, "remedy": q.remedy}
        for q in read
        if isinstance(q, Quarantined)
    ]
    articles = [article for article in read if isinstance(article, Article)]
    unused = check_contexts(settings.locales_dir, reports, articles, day)
    warnings = [w.model_dump(mode="json") for w in (*(w for report in reports for w in report.warnings), *unused)]
    for name in prompt_names():
        try:
            load_prompt(name)
        except PromptError as error:
            path = f"prompts/{name}.md"
            problems.append({"path": path, "line": None, "code": error.code, "message": error.message, "remedy": error.remedy})
    if json:
        print_json({"problems": problems, "warnings": warnings})
    else:
        for p, mark in (*((p, "") for p in problems), *((w, "warning: ") for w in warnings)):
            typer.echo(f"{p['path']}:{p['line'] or 1}: {mark}{p['message']} [{p['code']}]; {p['remedy']}")
        typer.echo(f"{len(problems)} problems" if problems else "packs, articles and prompts are valid")
    if problems:
        raise typer.Exit(1)
