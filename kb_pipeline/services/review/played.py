"""The reviewer that the demo plays: decides what is plain, leaves the rest to a person. Nothing else may use it."""

from collections.abc import Sequence
from datetime import date

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import Change, ChangeState, RelationKind, RootCause, Verdict
from kb_pipeline.domain.findings import Severity
from kb_pipeline.domain.markets import Market
from kb_pipeline.services.review.assess import Assessor
from kb_pipeline.services.review.reviewer import Reviewer, ReviewStore

PLAYED = ("demo:reviewer-1", "demo:reviewer-2")  # high risk takes two different people


class Played(Value):
    """What the played reviewer does with a change. `verdict` is None for what it leaves to a person."""

    change: Change
    verdict: Verdict | None
    why: str


def decide(change: Change) -> Played:
    """Its word on a change, by rules that a person can check."""
    critical = [f.rule for f in change.findings if f.severity is Severity.CRITICAL]
    if critical:
        return Played(change=change, verdict=None, why=f"critical: {', '.join(dict.fromkeys(critical))}")
    if change.relation.kind is RelationKind.CONTRADICTORY:
        return Played(change=change, verdict=None, why="contradicts another entry")
    if change.relation.kind is RelationKind.DUPLICATE:
        return Played(change=change, verdict=Verdict.REJECT, why="says what another entry says")
    people = "two people, since the risk is high" if change.risk == "high" else "one person"
    return Played(change=change, verdict=Verdict.APPROVE, why=f"no critical finding; {people}")


class PlayedReviewer:
    """Two played people at work on one store."""

    def __init__(self, store: ReviewStore, markets: Sequence[Market], assessor: Assessor, day: date) -> None:
        people = (User(name=name, role=Role.REVIEWER) for name in PLAYED)
        self._people = tuple(Reviewer(store, markets, assessor, person, day) for person in people)

    def carry_out(self, played: Played) -> None:
        """Make it so. Raises as services.review.reviewer."""
        first, second = self._people
        if played.verdict is Verdict.REJECT:
            first.reject(played.change.id, category="", root_cause=RootCause.DUPLICATE, comment=played.why)
        elif played.verdict is Verdict.APPROVE:
            after = first.approve(played.change.id, comment=played.why)
            if after.state is ChangeState.PENDING:
                second.approve(played.change.id, comment=played.why)
