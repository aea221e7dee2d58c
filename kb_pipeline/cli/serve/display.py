"""How the command line shows an answer: what the chatbot says first, then what was found and how sure it is."""

from rich import box
from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from kb_pipeline.cli.console import Console
from kb_pipeline.domain.answers import Agreement, Hit, SearchResult


def print_result(result: SearchResult, seconds: float) -> None:
    """The answer or the abstention, then the hits."""
    console = Console()
    if result.answer:
        _print_answer(console, result.answer)
    else:
        why = f"confidence {result.confidence:.2f} is below {result.threshold:.2f}" if result.hits else "no entry may be said"
        console.print(f"[bold yellow]Nothing is said[/]: {why}. A chatbot would hand off to a person.", highlight=False)
    if result.hits:
        console.print(_table(result))
    level = "its own release" if result.level == 0 else f"fallback {result.level}"
    console.print(f"[dim]{result.release} ({level}), {1000 * seconds:.0f} ms with loading the embedder[/]", highlight=False)


def _print_answer(console: Console, hit: Hit) -> None:
    console.print(
        Panel(Markdown(hit.entry.text.answer), title=escape(hit.entry.text.question), title_align="left", box=box.ROUNDED)
    )
    for citation in hit.entry.citations:
        console.print(f"  [dim]{escape(citation.article_id)}[/]: {escape(citation.text)}", highlight=False, soft_wrap=True)


def _table(result: SearchResult) -> Table:
    table = Table(box=box.SIMPLE, title="what came nearest" if result.abstained else None, title_justify="left")
    for name in ("confidence", "question", "meaning", "words", "lead", "asked for", "entry"):
        table.add_column(name, justify="left" if name in {"question", "asked for", "entry"} else "right")
    for hit in result.hits:
        shared = hit.scores.get("coverage")
        table.add_row(
            f"{hit.confidence:.2f}",
            escape(hit.entry.text.question),
            f"{hit.scores['dense']:.3f}",
            "-" if shared is None else f"{shared:.0%}",
            f"{hit.scores['lead']:+.3f}",
            "" if hit.agreement is Agreement.SILENT else hit.agreement.value,
            hit.entry.id,
        )
    return table
