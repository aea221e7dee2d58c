"""What a decision must satisfy before it counts, and where it leads. Pure: values in, a state or an error out."""

from collections.abc import Sequence

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.changes import Change, ChangeKind, ChangeState, Decision, RiskTier, Verdict, move_change
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.findings import Severity, worst
from kb_pipeline.errors import BlockedError

AIMS = {
    Verdict.APPROVE: ChangeState.APPROVED,
    Verdict.EDIT: ChangeState.APPROVED,
    Verdict.REQUEST_CHANGES: ChangeState.CHANGES_REQUESTED,
    Verdict.REJECT: ChangeState.REJECTED,
}


def outcome(change: Change, decision: Decision, edited: Revision | None, earlier: Sequence[Decision]) -> ChangeState | None:
    """The state that the decision leads to; None: it is an approval that waits for a second person.

    `change` carries the findings of the text that is decided on; `earlier` are its decisions so far, oldest first.
    Raises IllegalTransitionError, BlockedError.
    """
    aim = move_change(change.state, AIMS[decision.verdict])
    if not decision.actor.strip():
        raise BlockedError("a decision without a person", "say who decides")
    _check_edit(change, decision, edited)
    if aim is ChangeState.REJECTED:
        _check_reason(decision)
    if aim is not ChangeState.APPROVED:
        return aim
    _check_critical(change, decision)
    return aim if change.risk is RiskTier.LOW or _is_second(decision, earlier) else None


def _check_edit(change: Change, decision: Decision, edited: Revision | None) -> None:
    if (decision.verdict is Verdict.EDIT) != (edited is not None):
        raise BlockedError(f"the verdict '{decision.verdict}' comes {'with' if edited else 'without'} an edited text")
    if edited is None:
        return
    if change.kind is ChangeKind.RETIRE:
        raise BlockedError("a retirement has no text to edit", "approve or reject it")
    if (edited.entry_id, edited.market) != (change.entry_id, change.market):
        raise BlockedError(f"the edited text is of entry {edited.entry_id} in {edited.market}, not of {change.entry_id}")


def _check_reason(decision: Decision) -> None:
    if not (decision.category or decision.root_cause or decision.comment.strip()):
        raise BlockedError("a rejection without a reason", "give a category, a root cause or a comment")


def _check_critical(change: Change, decision: Decision) -> None:
    if worst(change.findings) is not Severity.CRITICAL:
        return
    if decision.override_critical and decision.comment.strip():
        return
    rules = ", ".join(sorted({f.rule for f in change.findings if f.severity is Severity.CRITICAL}))
    raise BlockedError(f"critical findings: {rules}", "edit the text, or override the findings with a comment that says why")


def _is_second(decision: Decision, earlier: Sequence[Decision]) -> bool:
    """Whether another person approved the same text before. An edit makes a new text, and is its first approval."""
    approvers: set[str] = set()
    for past in earlier:
        if past.verdict is Verdict.EDIT:
            approvers.clear()
        if past.verdict in (Verdict.APPROVE, Verdict.EDIT):
            approvers.add(_person(past.actor))
    if decision.verdict is Verdict.EDIT or not approvers:
        return False
    if approvers == {_person(decision.actor)}:
        raise BlockedError(
            f"'{decision.actor}' approved or edited this high-risk change already", "another person must approve it"
        )
    return True


def _person(actor: str) -> str:
    """A person's name as it is compared: `Ann ` and `ann` are one person."""
    return comparison_key(actor).casefold()
