"""`kb review`: decisions on staged changes."""

from typing import Annotated, Any

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import ActorOption, FilterOption, JsonOption, a_market, acting
from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.changes import Change, ChangeState, RootCause
from kb_pipeline.domain.findings import MqmCategory
from kb_pipeline.errors import UsageError

app = typer.Typer(no_args_is_help=True, help="Decide on staged changes: approve, edit, reject. Nothing is said before.")

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The change's id, or its first characters.")]
VersionOption = Annotated[int | None, typer.Option("--version", help="The version you saw; refused if it moved since.")]
CategoryOption = Annotated[MqmCategory | None, typer.Option(help="What was wrong (MQM).")]
CauseOption = Annotated[RootCause | None, typer.Option(help="Where it came from.")]
CommentOption = Annotated[str, typer.Option(help="A word on it.")]
OverrideOption = Annotated[bool, typer.Option("--override-critical", help="In spite of critical findings; needs --comment.")]


def _reviewer(actor: str) -> Any:  # noqa: ANN401 - a services.review.reviewer.Reviewer, imported lazily
    from kb_pipeline.bootstrap import open_markets, open_store, today
    from kb_pipeline.services.review.reviewer import Reviewer

    settings = load_settings()
    person = User(name=acting(actor), role=Role.ADMIN)  # who has the database may do all that it can
    return Reviewer(open_store(settings), open_markets(settings), person, today())


@app.command(name="list")
def list_(
    markets: FilterOption = None,
    state: Annotated[ChangeState, typer.Option(help="Which changes.")] = ChangeState.PENDING,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    json: JsonOption = False,
) -> None:
    """The queue: what waits for a person, riskiest first, then the lowest quality."""
    from kb_pipeline.services.review.queue import QueueFilter

    changes = list(_reviewer("").queue(QueueFilter(market=a_market(markets) or "", state=state)))
    if json:
        print_json({"total": len(changes), "changes": [_row(c) for c in changes[:limit]]})
        return
    from kb_pipeline.cli.review.display import print_queue

    print_queue(changes, limit)


@app.command()
def show(change_id: IdArgument, json: JsonOption = False) -> None:
    """One change with all that a decision needs: proposal, diff, evidence, findings, facts, quality, provenance."""
    card = _reviewer("").card(change_id)
    if json:
        print_json({**_standing(card.change), "card": card.model_dump(mode="json")})
        return
    from kb_pipeline.cli.review.display import print_card

    print_card(card)


@app.command()
def approve(
    change_id: IdArgument,
    actor: ActorOption = "",
    version: VersionOption = None,
    override: OverrideOption = False,
    comment: CommentOption = "",
    json: JsonOption = False,
) -> None:
    """Approve a change as it is proposed. A high-risk one waits for a second person after that."""
    _print_decided(_reviewer(actor).approve(change_id, version=version, override=override, comment=comment), json)


@app.command()
def edit(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command
    change_id: IdArgument,
    question: Annotated[str | None, typer.Option(help="The question as it must read.")] = None,
    answer: Annotated[str | None, typer.Option(help="The answer as it must read.")] = None,
    phrasing: Annotated[list[str] | None, typer.Option(help="Other ways to ask; replaces them all. May be repeated.")] = None,
    category: CategoryOption = None,
    cause: CauseOption = None,
    actor: ActorOption = "",
    version: VersionOption = None,
    override: OverrideOption = False,
    comment: CommentOption = "",
    json: JsonOption = False,
) -> None:
    """Approve a change with another text. Without --question, --answer or --phrasing, opens $EDITOR on a terminal."""
    from kb_pipeline.cli.review.editing import edited_text

    reviewer = _reviewer(actor)
    change = reviewer.card(change_id).change
    if change.revision is None:
        raise UsageError("a retirement has no text to edit", "approve or reject it")
    text = edited_text(change.revision.text, question, answer, phrasing)
    decided = reviewer.edit(
        change_id,
        text,
        category=category.value if category else "",
        root_cause=cause,
        version=change.version if version is None else version,
        override=override,
        comment=comment,
    )
    _print_decided(decided, json)


@app.command()
def reject(
    change_id: IdArgument,
    category: CategoryOption = None,
    cause: CauseOption = None,
    actor: ActorOption = "",
    version: VersionOption = None,
    comment: CommentOption = "",
    json: JsonOption = False,
) -> None:
    """Reject a change, with a reason: a category, a root cause or a comment."""
    decided = _reviewer(actor).reject(
        change_id, category=category.value if category else "", root_cause=cause, version=version, comment=comment
    )
    _print_decided(decided, json)


def _standing(change: Change) -> dict[str, Any]:
    return {"id": change.id, "state": change.state.value, "version": change.version}


def _row(change: Change) -> dict[str, Any]:
    text = change.revision.text if change.revision else None
    return {
        **_standing(change),
        "market": change.market,
        "kind": change.kind.value,
        "relation": change.relation.kind.value,
        "risk": change.risk.value,
        "quality": change.quality,
        "question": text.question if text else None,
        "answer": text.answer if text else None,
        "findings": [f.model_dump(mode="json") for f in change.findings],
        "citations": [c.text for c in change.revision.citations] if change.revision else [],
    }


def _print_decided(change: Change, json: bool) -> None:
    if json:
        print_json(_standing(change))
    elif change.state is ChangeState.PENDING:
        typer.echo(f"{change.id}: recorded; high risk, so a second person must approve it too (version {change.version})")
    else:
        typer.echo(f"{change.id}: {change.state.value} (version {change.version})")
