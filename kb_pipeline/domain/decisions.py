"""What a decision must satisfy before it counts, where it leads, and who is a second approver. The one place of these rules."""

from collections.abc import Sequence

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.changes import (
    Change,
    ChangeKind,
    ChangeRequest,
    ChangeState,
    Decision,
    EntryState,
    RiskTier,
    Verdict,
    move_change,
)
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.findings import Severity, worst
from kb_pipeline.domain.privacy import MASK
from kb_pipeline.domain.sayable import check_sayable
from kb_pipeline.errors import BlockedError, IllegalTransitionError

REQUEST_LENGTH = 1000  # characters of a request for changes: it stands in a prompt beside the texts

AIMS = {
    Verdict.APPROVE: ChangeState.APPROVED,
    Verdict.EDIT: ChangeState.APPROVED,
    Verdict.REQUEST_CHANGES: ChangeState.CHANGES_REQUESTED,
    Verdict.TAKE_BACK: ChangeState.PENDING,
    Verdict.REJECT: ChangeState.REJECTED,
}


def outcome(change: Change, decision: Decision, edited: Revision | None, earlier: Sequence[Decision]) -> ChangeState | None:
    """The state that the decision leads to; None: it is an approval that waits for a second person.

    `change` carries the findings of the text that is decided on; `earlier` are its decisions so far, oldest first.
    Raises IllegalTransitionError, BlockedError.
    """
    if (change.state is ChangeState.CHANGES_REQUESTED) != (decision.verdict is Verdict.TAKE_BACK):
        raise _out_of_place(change, decision)
    aim = move_change(change.state, AIMS[decision.verdict])
    if not decision.actor.strip():
        raise BlockedError("a decision without a person", "say who decides")
    _check_edit(change, decision, edited)
    _check_marks(aim, edited or change.revision)
    if aim is ChangeState.REJECTED:
        _check_reason(decision)
    if decision.verdict is Verdict.REQUEST_CHANGES:
        _check_request(change, decision)
    if aim is not ChangeState.APPROVED:
        return aim
    approved = edited or change.revision
    if approved is not None:
        check_sayable(approved.text)
    _check_critical(change, decision)
    return aim if change.risk is RiskTier.LOW or _is_second(decision, earlier) else None


def weighed(change: Change, state: EntryState) -> Change:
    """The change with the risk that its entry's state adds: an approval that lifts a withdrawal takes two people."""
    lifts = change.kind is not ChangeKind.RETIRE and state is EntryState.WITHDRAWN
    return change.model_copy(update={"risk": RiskTier.HIGH}) if lifts else change


def _check_edit(change: Change, decision: Decision, edited: Revision | None) -> None:
    if (decision.verdict is Verdict.EDIT) != (edited is not None):
        raise BlockedError(f"the verdict '{decision.verdict}' comes {'with' if edited else 'without'} an edited text")
    if edited is None:
        return
    if change.kind is ChangeKind.RETIRE:
        raise BlockedError("a retirement has no text to edit", "approve or reject it")
    if (edited.entry_id, edited.market) != (change.entry_id, change.market):
        raise BlockedError(f"the edited text is of entry {edited.entry_id} in {edited.market}, not of {change.entry_id}")


def _check_marks(aim: ChangeState, revision: Revision | None) -> None:
    """No one's word lets a mark of masked data through: it says nothing to a customer."""
    texts = (revision.text.question, revision.text.answer, *revision.text.phrasings) if revision else ()
    mark = next(filter(None, map(MASK.search, texts)), None)
    if mark is not None and aim is ChangeState.APPROVED:
        raise BlockedError(
            f"{mark[0]} stands for data that is masked in the article", "edit the text so that it says it without"
        )


def _check_reason(decision: Decision) -> None:
    if not (decision.category or decision.root_cause or decision.comment.strip()):
        raise BlockedError("a rejection without a reason", "give a category, a root cause or a comment")


def _out_of_place(change: Change, decision: Decision) -> IllegalTransitionError:
    """A decision on a change that waits for another text, or the taking back of a request that nobody made."""
    error = IllegalTransitionError("change", change.state, AIMS[decision.verdict])
    if change.state is ChangeState.CHANGES_REQUESTED:
        error.remedy = f"take the request back first: kb review take-back {change.id}"
    return error


def _check_request(change: Change, decision: Decision) -> None:
    if change.kind is ChangeKind.RETIRE:
        raise BlockedError("a retirement has no text to change", "approve or reject it")
    if change.source_faq_id is None or change.proposed_by:
        raise BlockedError("no model wrote this text, so none can change it", f"edit it: kb review edit {change.id}")
    if not decision.comment.strip():
        raise BlockedError("a request for changes that asks for nothing", "say in the comment what must be different")
    if len(decision.comment) > REQUEST_LENGTH:
        raise BlockedError(
            f"a request for changes of {len(decision.comment)} characters",
            f"say it in {REQUEST_LENGTH}, or edit the text yourself: kb review edit {change.id}",
        )


def _check_critical(change: Change, decision: Decision) -> None:
    if worst(change.findings) is not Severity.CRITICAL:
        return
    if decision.override_critical and decision.comment.strip():
        return
    rules = ", ".join(sorted({f.rule for f in change.findings if f.severity is Severity.CRITICAL}))
    raise BlockedError(f"critical findings: {rules}", "edit the text, or override the findings with a comment that says why")


def approvers(decisions: Sequence[Decision]) -> tuple[str, ...]:
    """Who approved the text as it stands, oldest first; an edit makes a new text, and its editor is the first to approve it.

    Once somebody asked for changes, what was approved before does not count any more, even if the request is taken back.
    """
    names: list[str] = []
    for decision in decisions:
        if decision.verdict in (Verdict.EDIT, Verdict.REQUEST_CHANGES):
            names.clear()
        if decision.verdict in (Verdict.APPROVE, Verdict.EDIT):
            names.append(decision.actor)
    return tuple(names)


def request_of(change: Change, decisions: Sequence[Decision]) -> ChangeRequest | None:
    """What a person asks to be different in a change whose decisions these are; None where nobody does (any more)."""
    asked = next((d for d in reversed(decisions) if d.verdict is Verdict.REQUEST_CHANGES), None)
    if change.state is not ChangeState.CHANGES_REQUESTED or change.revision is None or asked is None:
        return None
    return ChangeRequest(
        change_id=change.id, version=change.version, actor=asked.actor, comment=asked.comment, before=change.revision.text
    )


def has_approved(actor: str, decisions: Sequence[Decision]) -> bool:
    """Whether `actor` is among the approvers. `Ann ` and `ann` are one person."""
    return _person(actor) in {_person(name) for name in approvers(decisions)}


def _is_second(decision: Decision, earlier: Sequence[Decision]) -> bool:
    """Whether another person approved the same text before. Raises BlockedError where it was only the same person."""
    before = {_person(name) for name in approvers(earlier)}
    if decision.verdict is Verdict.EDIT or not before:
        return False
    if before == {_person(decision.actor)}:
        raise BlockedError(
            f"'{decision.actor}' approved or edited this high-risk change already", "another person must approve it"
        )
    return True


def _person(actor: str) -> str:
    """A person's name as it is compared."""
    return comparison_key(actor).casefold()
