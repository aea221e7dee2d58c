"""`kb parse`: what would be read of a folder of articles or of one file, and the sentences that a model would be shown."""

import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings, print_json, print_json_list
from kb_pipeline.cli.options import JsonOption, OnlyOption

if TYPE_CHECKING:
    from kb_pipeline.domain.articles import Quarantined
    from kb_pipeline.ports.articles import SourceReader
    from kb_pipeline.services.draft.ingest import ShownSentence

EXAMPLE = "Example: kb parse kb_source; every sentence of one article: kb parse kb_source/en/returns.md --sentences"


def parse(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[PATH]", help="Folder of articles, or one article (.md, .html). Default: KB_SOURCE_DIR."),
    ] = None,
    sentences: Annotated[
        bool, typer.Option("--sentences", help="Print every sentence as a model is shown it, under its headings.")
    ] = False,
    private: Annotated[
        bool,
        typer.Option("--private", help="Print what is masked, as rows for the facts.csv of the market that publishes it."),
    ] = False,
    only: OnlyOption = None,
    json: JsonOption = False,
) -> None:
    """Read and split a folder of articles, or one, without any model: what would be read, what is quarantined and why.

    PATH is KB_SOURCE_DIR by default. With --sentences: the claims of all chunks in their order, each with the id of its article
    and with the title and headings above it; headings and the heads of tables are no claims of their own. As JSON:
    {"sentences": [{"article": ..., "heading": "Title > Heading", "text": ...}, ...]}; what is quarantined goes to stderr.
    With --private: the telephone numbers, addresses and the like that are masked, as rows of facts.csv. A row in the facts.csv
    of any market says that it is public. Secrets are not among them unless a setting masks them.
    """
    from kb_pipeline.bootstrap import open_source

    settings = load_settings()
    reader = open_source(settings, path, only=only or ())
    if private:
        _print_private(reader, settings.chunk_tokens, json=json)
    elif sentences:
        _print_sentences(reader, settings.chunk_tokens, json=json)
    else:
        _print_counts(reader, settings.chunk_tokens, json=json)


def _print_counts(reader: "SourceReader", chunk_tokens: int, *, json: bool) -> None:
    from kb_pipeline.services.draft.ingest import parse_only

    started = time.monotonic()
    result = parse_only(reader, chunk_tokens)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    report: dict[str, Any] = {
        "articles": result.articles,
        "sentences": result.sentences,
        "chunks": result.chunks,
        "quarantined": [q.model_dump(mode="json") for q in result.quarantined],
        "warnings": [w.model_dump(mode="json") for w in result.warnings],
        "seconds": round(time.monotonic() - started, 2),
        "peak_rss_mb": round(peak, 1),
    }
    if json:
        print_json(report)
        return
    from kb_pipeline.cli.draft.display import print_quarantine, print_warnings

    typer.echo("{articles} articles, {sentences} sentences, {chunks} chunks in {seconds} s ({peak_rss_mb} MB)".format(**report))
    print_quarantine(result.quarantined)
    print_warnings(result.warnings)


def _print_private(reader: "SourceReader", chunk_tokens: int, *, json: bool) -> None:
    """What is masked, each once, as rows of facts.csv: the one place that shows it, to the person who asks."""
    from kb_pipeline.services.draft.ingest import parse_only

    found = {notice.data: notice for notice in parse_only(reader, chunk_tokens).warnings if notice.data}
    rows = [
        {"key": f"public-{notice.code.removeprefix('masked-')}-{n}", "value": value, "path": notice.path, "line": notice.line}
        for n, (value, notice) in enumerate(found.items(), start=1)
    ]
    if json:
        print_json({"rows": rows})
        return
    typer.echo("key,source_value,value,valid_from,valid_until,source")
    for row in rows:
        value = str(row["value"]).replace('"', '""')
        typer.echo(f'{row["key"]},,"{value}",,,"{row["path"]}:{row["line"] or 1}"')


def _print_sentences(reader: "SourceReader", chunk_tokens: int, *, json: bool) -> None:
    """Each sentence as soon as it is read; what is quarantined on stderr."""
    from kb_pipeline.services.draft.ingest import shown_sentences

    shown = _without_quarantined(shown_sentences(reader, chunk_tokens))
    if json:
        print_json_list("sentences", (sentence.model_dump() for sentence in shown))
        return
    place = ("", "")
    for sentence in shown:
        if place != (sentence.article, sentence.heading):
            place = (sentence.article, sentence.heading)
            typer.echo(f"{sentence.article}: {sentence.heading}")
        typer.echo(f"  {' '.join(sentence.text.split())}")


def _without_quarantined(items: "Iterator[ShownSentence | Quarantined]") -> "Iterator[ShownSentence]":
    from kb_pipeline.domain.articles import Quarantined

    for item in items:
        if isinstance(item, Quarantined):
            typer.echo(f"quarantined {item.path}:{item.line or 1}: {item.message} [{item.code}]; {item.remedy}", err=True)
        else:
            yield item
