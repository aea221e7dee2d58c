"""What people asked to be different in a text, and what came of it: read from the trail, for the card."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from kb_pipeline.domain.audit import AuditEvent
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import Change, ChangeState, ReturnReason, Verdict
from kb_pipeline.domain.faqs import FaqText, SourceFaq
from kb_pipeline.ports.audit import AuditEvents
from kb_pipeline.ports.changes import Changes

_REQUESTED, _TAKEN_BACK = f"change.{Verdict.REQUEST_CHANGES}", f"change.{Verdict.TAKE_BACK}"


class RequestStore(Changes, AuditEvents, Protocol):
    """What it takes of the store to know what was asked for."""


class RequestOutcome(StrEnum):
    """What came of a request for changes."""

    OPEN = "open"  # the next run asks the model
    RETURNED = "returned"  # it led to no other text
    ANSWERED = "answered"  # this change is the answer


class RequestRecord(Value):
    """A request for changes. `before` is the text that the person read, where this change is the answer."""

    change_id: str  # of the change that it was made about
    actor: str
    at: datetime
    comment: str
    outcome: RequestOutcome
    before: FaqText | None = None
    reason: ReturnReason | None = None
    detail: str = ""


def may_be_rewritten(change: Change, source: SourceFaq | None) -> bool:
    """Whether a model can be asked for another text of the change."""
    return change.revision is not None and source is not None and not source.retired


def requests_of(change: Change, history: Sequence[AuditEvent], store: RequestStore) -> tuple[RequestRecord, ...]:
    """The request that the change answers, and the one about it that is open or came back; `history` is its trail."""
    found = (_answered(history, store), _made_about(change, history))
    return tuple(record for record in found if record is not None)


def _answered(history: Sequence[AuditEvent], store: RequestStore) -> RequestRecord | None:
    ids = [str(event.after["answers"]) for event in history if event.after and "answers" in event.after]
    if not ids:
        return None
    before = store.change(ids[-1])
    asked = _last(store.events(before.id), _REQUESTED)
    if asked is None or before.revision is None:
        return None
    return _record(asked, RequestOutcome.ANSWERED, before=before.revision.text)


def _made_about(change: Change, history: Sequence[AuditEvent]) -> RequestRecord | None:
    asked = _last(history, _REQUESTED)
    if asked is None:
        return None
    if change.state is ChangeState.CHANGES_REQUESTED:
        return _record(asked, RequestOutcome.OPEN)
    since = [event for event in history if event.seq > asked.seq]
    returned = _last(since, "change.returned")
    if change.state is not ChangeState.PENDING or returned is None or _last(since, _TAKEN_BACK):
        return None
    after = returned.after or {}
    return _record(asked, RequestOutcome.RETURNED, reason=ReturnReason(after["reason"]), detail=after["detail"])


def _last(events: Sequence[AuditEvent], action: str) -> AuditEvent | None:
    return next((event for event in reversed(events) if event.action == action), None)


def _record(asked: AuditEvent, outcome: RequestOutcome, **more: object) -> RequestRecord:
    comment = str((asked.after or {}).get("comment", ""))
    known = {"change_id": asked.subject, "actor": asked.actor, "at": asked.at, "comment": comment, "outcome": outcome}
    return RequestRecord.model_validate(known | more)
