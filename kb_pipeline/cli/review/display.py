"""The queue and one change, for people: worth looking at."""

from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kb_pipeline.cli.console import Console
from kb_pipeline.cli.review.display_before import DIFF, edit_lines, request_lines
from kb_pipeline.domain.changes import Change, ChangeState, RiskTier
from kb_pipeline.domain.findings import Finding, Severity, TextPart
from kb_pipeline.services.review.card import Card, Evidence
from kb_pipeline.steps.checks.meaning import NEAR, Nearness, nearness
from kb_pipeline.steps.checks.quality import Grade, grade
from kb_pipeline.steps.facts.table import FactOrigin, FactRow
from kb_pipeline.steps.language.diff import word_diff

_COLOURS = {Severity.CRITICAL: "bold red", Severity.MAJOR: "yellow", Severity.MINOR: "cyan"}
_GRADES = {Grade.GOOD: "green", Grade.FAIR: "yellow", Grade.POOR: "red"}
_MEANING = {
    Nearness.NEAR: "as near to the source as most human translations",
    Nearness.UNSURE: "not as near to the source as most human translations; read it with care",
    Nearness.FAR: "far from the source: it seems to say something else",
}
_ORIGINS = {FactOrigin.MISSING: "red", FactOrigin.UNKNOWN: "red", FactOrigin.ASKS: "yellow"}


def print_queue(changes: Sequence[Change], limit: int, state: ChangeState = ChangeState.PENDING) -> None:
    """A table of changes: proposal, findings, relation, risk, cited sentences."""
    console = Console()
    if not changes and state is not ChangeState.PENDING:
        console.print(f"No change is {state.value}.")
        return
    if not changes:
        console.print("Nothing waits for a person. New proposals come with: kb run")
        return
    table = Table(title=f"{len(changes)} changes", show_lines=True, expand=True)
    table.add_column("id", no_wrap=True, min_width=12)
    table.add_column("market", no_wrap=True)
    table.add_column("proposal", ratio=5)
    table.add_column("findings", ratio=2)
    table.add_column("relation, risk, quality", no_wrap=True, min_width=14)
    table.add_column("cited sentences", ratio=3)
    for change in changes[:limit]:
        table.add_row(change.id, change.market, _proposal(change), _rules(change.findings), _standing(change), _cited(change))
    console.print(table)
    if len(changes) > limit:
        console.print(f"... and {len(changes) - limit} more: --limit {len(changes)}")
    first = changes[0].id
    if state is ChangeState.CHANGES_REQUESTED:
        console.print(
            f"Next: [bold]kb run[/] asks the model · [bold]kb review take-back {first}[/] lets you decide on the text"
        )
        return
    console.print(
        f"Next: [bold]kb review show {first}[/], then [bold]kb review approve {first}[/], "
        f"[bold]kb review edit {first} --answer ...[/] or [bold]kb review reject {first} --cause localization[/]"
    )


def _proposal(change: Change) -> Text:
    if change.revision is None:
        return Text("retire this entry", style="red")
    text = change.revision.text
    return Text.assemble((text.question, "bold"), "\n", text.answer)


def _rules(findings: Sequence[Finding]) -> Text:
    if not findings:
        return Text("none", style="green")
    return Text("\n").join(Text(f.rule, style=_COLOURS[f.severity]) for f in findings)


def _standing(change: Change) -> Text:
    risk = ("high", "red") if change.risk is RiskTier.HIGH else ("low", "green")
    return Text.assemble(change.relation.kind.value, "\n", risk, "\n", _quality(change))


def _quality(change: Change) -> Text:
    if change.quality is None:
        return Text("not estimated", style="dim")
    word = grade(change.quality)
    return Text(f"{change.quality:.0f} {word.value}", style=_GRADES[word])


def _cited(change: Change) -> Text:
    return Text("\n".join(f"• {c.text}" for c in change.revision.citations) if change.revision else "")


def print_card(card: Card) -> None:
    """One change with all that a decision needs."""
    console, change = Console(), card.change
    title = f"{change.id} · {change.market} · {change.kind.value} · {change.state.value} · version {change.version}"
    console.rule(title)
    if card.withdrawal:
        who, why = escape(card.withdrawal.actor), escape(card.withdrawal.reason)
        console.print(f"[red]{who} withdrew this entry: {why}. An approval lets it be said again, so it takes two people.[/]")
    if card.source:
        text = card.source.text
        console.print(Panel(_faq(text.question, text.answer), title=f"source FAQ ({card.source.language})"))
    for record in card.requests:
        console.print(Panel(Group(*request_lines(record, card)), title="a request for changes"))
    if card.proposed:
        console.print(Panel(Group(*edit_lines(card, card.proposed.text)), title="the proposed text, edited"))
    if change.revision:
        console.print(Panel(_proposed(card), title="proposal" + (" against the approved text" if card.approved else "")))
    console.print(Panel(Group(*_evidence(card.evidence)), title="evidence"))
    console.print(Panel(Group(*_findings(change)), title=f"{len(change.findings)} findings"))
    if card.facts:
        console.print(_fact_table(card))
    console.print(_standing_of(card))
    for decision in card.decisions:
        console.print(f"{decision.verdict.value} by {escape(decision.actor)} {escape(decision.comment)}")
    console.print(_next(card))


def _faq(question: str, answer: str) -> Text:
    return Text.assemble((question, "bold"), "\n", answer)


def _proposed(card: Card) -> Group:
    change = card.change
    if change.revision is None:
        return Group("")
    text, language = change.revision.text, change.revision.language
    parts: list[Text] = []
    for part, new in ((TextPart.QUESTION, text.question), (TextPart.ANSWER, text.answer)):
        if card.approved:
            old = card.approved.text.question if part is TextPart.QUESTION else card.approved.text.answer
            parts.append(Text.assemble(*((p.text, DIFF[p.kind]) for p in word_diff(old, new, language))))
        else:
            parts.append(_marked(new, part, change.findings))
    parts[0].stylize("bold")
    return Group(*parts, *_phrasings(card, text.phrasings))


def _phrasings(card: Card, phrasings: Sequence[str]) -> Iterator[Text]:
    """The proposal's phrasings, and the approved ones that it no longer has."""
    for number, phrasing in enumerate(phrasings):
        shown = _marked(phrasing, TextPart.PHRASING, card.change.findings, number)
        yield Text.assemble(("also asked: ", "dim"), shown)
    for phrasing in card.approved.text.phrasings if card.approved else ():
        if phrasing not in phrasings:
            yield Text.assemble(("no longer: ", "dim"), (phrasing, DIFF["removed"]))


def _marked(text: str, part: TextPart, findings: Sequence[Finding], phrasing: int | None = None) -> Text:
    marked = Text(text)
    for finding in findings:
        if finding.is_in(part, phrasing) and finding.start is not None and finding.end is not None:
            marked.stylize(f"{_COLOURS[finding.severity]} underline", finding.start, finding.end)
    return marked


def _evidence(evidence: Sequence[Evidence]) -> Iterator[Text]:
    if not evidence:
        yield Text("none", style="red")
    for item in evidence:
        place = " > ".join(dict.fromkeys((item.title, *item.heading_path)))
        where = (f"{item.article_id}: {place}" + ("" if item.present else " (no longer in the article)"), "dim")
        around = [(f"{t} ", "dim") for t in item.before], [(f" {t}", "dim") for t in item.after]
        yield Text.assemble(where, "\n  ", *around[0], (item.text, "black on bright_yellow"), *around[1])


def _findings(change: Change) -> Iterator[Text]:
    for f in change.findings:
        fix = f" → {f.fix}" if f.fix else ""
        line = f"{f.rule} ({f.category.value}): {f.message}{fix}"
        yield Text.assemble((f"{f.severity.value:<8} ", _COLOURS[f.severity]), line)
    if not change.findings:
        yield Text("every check passes", style="green")


def _fact_table(card: Card) -> Table:
    """Each fact: the source's value, the market's, and what allows it."""
    table = Table(title="facts", title_justify="left", expand=True)
    for name in ("source", "this market", "where it comes from"):
        table.add_column(name)
    for row in card.facts:
        origin = Text(_origin(card, row), style=_ORIGINS.get(row.origin, ""))
        table.add_row(Text(row.source or "—"), Text(row.target or "—"), origin)
    return table


def _origin(card: Card, row: FactRow) -> str:
    if not row.market_fact:
        return row.origin.value
    rule = card.rule_of(row)
    since = f"from {rule.valid_from}" if rule and rule.valid_from else ""
    until = f"until {rule.valid_until}" if rule and rule.valid_until else ""
    return " · ".join(filter(None, (row.origin.value, f"{row.market_fact}: {row.wanted}", row.authority, since, until)))


def _standing_of(card: Card) -> Table:
    change, table = card.change, Table.grid(padding=(0, 2))
    relation = change.relation
    scores = ", ".join(f"{name} {score:.2f}" for name, score in relation.scores.items())
    table.add_row("relation", escape(" · ".join(filter(None, (relation.kind.value, scores, *relation.guards)))))
    if card.twin:
        twin = card.twin
        table.add_row("its twin", escape(f"{twin.id} ({twin.standing}): {twin.text.question} — {twin.text.answer}"))
    table.add_row("risk", f"{change.risk.value}" + (" (two people must approve)" if change.risk is RiskTier.HIGH else ""))
    table.add_row("quality", _quality(change))
    if card.similarity is not None:
        table.add_row("meaning", f"{_MEANING[nearness(card.similarity)]} ({card.similarity:.2f}; usual from {NEAR:.2f})")
    table.add_row("topics", ", ".join(change.topics) or "none")
    if change.revision:
        p = change.revision.provenance
        used = f"{p.usage.prompt_tokens} + {p.usage.completion_tokens} tokens"
        made = f"{p.model}, {p.prompt}, {used}" if p.prompt else "the source text, taken as it is"
        table.add_row("made by", escape(p.actor or made))
    return table


def _next(card: Card) -> str:
    change = card.change
    if change.state is ChangeState.CHANGES_REQUESTED:
        return f"Next: [bold]kb run[/] asks the model · [bold]kb review take-back {change.id}[/] lets you decide on this text"
    if change.state is not ChangeState.PENDING:
        return f"Nothing to decide: {change.state.value}."
    ask = f"[bold]kb review request-changes {change.id} --comment WHAT[/] · " if card.may_be_rewritten else ""
    critical = any(f.severity is Severity.CRITICAL for f in change.findings)
    override = " --override-critical --comment WHY" if critical else ""
    return (
        f"Decide: [bold]kb review approve {change.id}{override}[/] · [bold]kb review edit {change.id}[/] · "
        f"{ask}[bold]kb review reject {change.id} --cause localization[/]"
    )
