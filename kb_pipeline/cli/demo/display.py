"""What the demo shows, for people: headings, a table of decisions, answers with what they rest on."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.markup import escape
from rich.table import Table

from kb_pipeline.cli.console import Console
from kb_pipeline.cli.demo.api import Reply
from kb_pipeline.domain.changes import Verdict
from kb_pipeline.domain.releases import Release
from kb_pipeline.services.review.played import Played

_WORDS = {Verdict.APPROVE: "[green]approved[/]", Verdict.REJECT: "[red]rejected[/]", None: "[yellow]left for a person[/]"}


class Screen:
    """Where the demo talks: stdout, or stderr when stdout is for JSON. It keeps how long each step took."""

    def __init__(self, is_json: bool) -> None:
        self.console = Console(stderr=is_json, highlight=False)
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A heading, and the clock."""
        self.console.print()
        self.console.rule(f"[bold]{len(self.seconds) + 1}. {title}", align="left")
        started = time.monotonic()
        yield
        self.seconds[title] = round(time.monotonic() - started, 1)

    def say(self, text: str) -> None:
        """A plain line."""
        self.console.print(escape(text), soft_wrap=True)

    def decisions(self, played: Sequence[Played]) -> None:
        """What was decided, and why."""
        table = Table("market", "proposal", "decision", "why", expand=True)
        for item in played:
            revision = item.change.revision
            question = revision.text.question if revision else "retire this entry"
            table.add_row(item.change.market, escape(question), _WORDS[item.verdict], escape(item.why))
        self.console.print(table)

    def release(self, release: Release, what: str) -> None:
        """A release, and what its verification found."""
        report = release.report
        found = f", {report.self_found} of {report.self_queries} questions find their own entry" if report else ""
        self.console.print(f"[bold]{release.id}[/] {what}: {release.entries} entries{found}")

    def reply(self, query: str, reply: Reply) -> None:
        """A question and what the API says."""
        self.console.print(f"\n[bold]{reply.market}[/] asks: [bold]{escape(query)}[/]")
        certainty = f"confidence {reply.confidence:.2f}, threshold {reply.threshold:.2f}, release {reply.release}"
        if reply.answer is None:
            self.console.print(f"  [yellow]nothing is said[/]: {reply.reason}; hand over to a person ({certainty})")
            return
        self.console.print(f"  [green]{escape(reply.answer.answer_plain)}[/]")
        self.console.print(f"  {certainty}")
        for cited in reply.answer.citations:
            self.console.print(f"  [dim]cites {escape(cited.article_id)}: {escape(cited.text)}[/]")

    def end(self, commands: Sequence[tuple[str, str]]) -> None:
        """How long each step took, and what to open next."""
        table = Table("step", "seconds")
        for title, seconds in self.seconds.items():
            table.add_row(title, f"{seconds:.1f}")
        table.add_row("in all", f"{sum(self.seconds.values()):.1f}")
        self.console.print(table)
        for why, command in commands:
            self.console.print(f"{why}: [bold]{command}[/]", soft_wrap=True)  # a command is copied whole
