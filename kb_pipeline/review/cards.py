"""One change: its card, the checks as a person types, and the decisions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from kb_pipeline.domain.accounts import Role
from kb_pipeline.domain.audit import AuditEvent
from kb_pipeline.domain.changes import Change, ChangeState, RelationKind, RiskTier, RootCause
from kb_pipeline.domain.decisions import REQUEST_LENGTH
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity, TextPart, worst
from kb_pipeline.errors import BlockedError, ConflictError, IllegalTransitionError
from kb_pipeline.review.auth import Form, Signed, Visitor, desk_of
from kb_pipeline.review.pages import page, redirect
from kb_pipeline.review.queue import address, filter_of
from kb_pipeline.review.typed import NOTHING, Typed, as_typed, cause_of, typed_of, version_of
from kb_pipeline.review.view import beside, marked_phrasings, mixed, passages, phrasings_of, runs, spans_of
from kb_pipeline.services.review.card import Card
from kb_pipeline.services.review.reviewer import Reviewer
from kb_pipeline.web.status import status_of

router = APIRouter()


@dataclass(frozen=True)
class Trouble:
    """Why a decision was not taken. `is_conflict`: somebody was faster."""

    message: str = ""
    is_conflict: bool = False
    is_typed: bool = False  # the proposal was approved while another text was typed
    seen: int = 0  # the version that the person saw
    findings: tuple[Finding, ...] | None = None  # on the typed text; None: not checked


@router.get("/changes/{change_id}")
def show(request: Request, who: Signed, change_id: str, take: str = "") -> Response:
    """The card; with `?take=proposed` the editor is open, with the text as it was proposed before somebody edited it."""
    proposed = desk_of(request).reviewer(who.user).card(change_id).proposed if take == "proposed" else None
    return _card(request, who, change_id, Typed(text=proposed.text, open="edit") if proposed else None)


@router.post("/changes/{change_id}/approve")
def approve(request: Request, who: Signed, fields: Form, change_id: str) -> Response:
    """Approve what is proposed, unless the form brings another text: that is never dropped."""
    return _decide(
        request, who, fields, change_id, "approve",
        lambda reviewer, version, typed: reviewer.approve(
            change_id, version=version, override=typed.override, comment=typed.comment
        ),
    )  # fmt: skip


@router.post("/changes/{change_id}/edit")
def edit(request: Request, who: Signed, fields: Form, change_id: str) -> Response:
    """Approve the person's text instead."""
    return _decide(
        request, who, fields, change_id, "edit",
        lambda reviewer, version, typed: reviewer.edit(
            change_id, typed.text, category=typed.category, root_cause=cause_of(typed), version=version,
            override=typed.override, comment=typed.comment,
        ),
    )  # fmt: skip


@router.post("/changes/{change_id}/request")
def request_changes(request: Request, who: Signed, fields: Form, change_id: str) -> Response:
    """Ask for another text; the next run shows the comment to the model."""
    return _decide(
        request, who, fields, change_id, "request",
        lambda reviewer, version, typed: reviewer.request_changes(change_id, typed.comment, version=version),
    )  # fmt: skip


@router.post("/changes/{change_id}/take-back")
def take_back(request: Request, who: Signed, fields: Form, change_id: str) -> Response:
    """Take a request for changes back; the card can be decided on again."""
    try:
        desk_of(request).reviewer(who.user).take_back(change_id, version=version_of(fields))
    except (ConflictError, IllegalTransitionError) as error:
        trouble = Trouble(error.message, is_conflict=True, seen=version_of(fields))
        return _card(request, who, change_id, trouble=trouble, status=status_of(error))
    return redirect(request, address(filter_of(request.query_params), f"/changes/{change_id}"), "taken_back")


@router.post("/changes/{change_id}/reject")
def reject(request: Request, who: Signed, fields: Form, change_id: str) -> Response:
    """Reject what is proposed."""
    return _decide(
        request, who, fields, change_id, "reject",
        lambda reviewer, version, typed: reviewer.reject(
            change_id, category=typed.category, root_cause=cause_of(typed), version=version, comment=typed.comment
        ),
    )  # fmt: skip


@router.post("/changes/{change_id}/check")
def check(request: Request, who: Signed, fields: Form, change_id: str) -> Response:
    """The findings on what is typed: a part of the page for the script, the whole card without it."""
    reviewer = desk_of(request).reviewer(who.user)
    change, typed = reviewer.card(change_id).change, typed_of(fields, "edit")
    findings = reviewer.check(change, typed.text)
    if request.headers.get("x-part") == "checked":
        return page(request, "_checked.html", who, **_checked(change, typed, findings))
    return _card(request, who, change_id, typed, Trouble(findings=findings))


def _decide(
    request: Request,
    who: Visitor,
    fields: FormData,
    change_id: str,
    verb: str,
    act: Callable[[Reviewer, int, Typed], Change],
) -> Response:
    reviewer, seen = desk_of(request).reviewer(who.user), version_of(fields)
    typed = typed_of(fields, verb)
    if verb == "approve" and typed.is_text:
        typed = replace(typed, open="edit")
        present = reviewer.card(change_id).change
        if present.version == seen and who.user.may(Role.REVIEWER, present.market):
            return _card(request, who, change_id, typed, Trouble("typed", is_typed=True), status=422)
    onward = reviewer.neighbours(change_id, filter_of(request.query_params)).after
    try:
        change = act(reviewer, seen, typed)
    except (ConflictError, IllegalTransitionError) as error:
        trouble = Trouble(error.message, is_conflict=True, seen=seen)
        return _card(request, who, change_id, typed, trouble, status=status_of(error))
    except BlockedError as error:
        text = f"{error.message}; {error.remedy}" if error.remedy and "kb review" not in error.remedy else error.message
        findings = reviewer.assess(reviewer.card(change_id).change, typed.text).findings if verb == "edit" else None
        return _card(request, who, change_id, typed, Trouble(text, findings=findings), status=status_of(error))
    done = {"approve": "approved", "edit": "edited", "request": "requested", "reject": "rejected"}[verb]
    contradicts = verb == "edit" and change.relation.kind is RelationKind.CONTRADICTORY
    flash = ("contradicts" if contradicts else "waits") if change.state is ChangeState.PENDING else done
    return redirect(request, address(filter_of(request.query_params), f"/changes/{onward}" if onward else "/"), flash)


def _card(
    request: Request,
    who: Visitor,
    change_id: str,
    typed: Typed | None = None,
    trouble: Trouble | None = None,
    status: int = 200,
) -> Response:
    desk = desk_of(request)
    reviewer = desk.reviewer(who.user)
    card, trouble = reviewer.card(change_id), trouble or Trouble()
    change, wanted = card.change, filter_of(request.query_params)
    before, after = reviewer.neighbours(change.id, wanted)
    proposed = change.revision.text if change.revision else NOTHING
    rest, may_act = as_typed(proposed), who.user.may(Role.REVIEWER, change.market)
    typed = typed or Typed()
    if typed.open != "edit":
        typed = replace(typed, text=proposed)
    findings = trouble.findings
    if findings is None:
        findings = change.findings if typed.text == proposed else reviewer.check(change, typed.text)
    return page(
        request, "card.html", who, status=status, card=card, change=change, passages=passages(card),
        phrasings=phrasings_of(card), trouble=trouble,
        faster=_since(card, trouble.seen) if trouble.is_conflict else (),
        yours=mixed(proposed.answer, typed.text.answer, change.market) if typed.text != proposed else (),
        source_diff=_source_diff(card), categories=list(MqmCategory), causes=list(RootCause),
        before=before and address(wanted, f"/changes/{before}"), after=after and address(wanted, f"/changes/{after}"),
        back=address(wanted), link=lambda action="": address(wanted, f"/changes/{change.id}/{action}".rstrip("/")),
        edited=beside(card, card.proposed.text if card.proposed else None),
        may_decide=may_act and change.state is ChangeState.PENDING,
        may_take_back=may_act and change.state is ChangeState.CHANGES_REQUESTED,
        requests=[(record, beside(card, record.before)) for record in card.requests], longest_request=REQUEST_LENGTH, rest=rest,
        is_high=change.risk is RiskTier.HIGH, is_critical=worst(change.findings) is Severity.CRITICAL,
        same_person=card.needs_another_than(who.user.name), **_checked(change, typed, findings),
    )  # fmt: skip


def _checked(change: Change, typed: Typed, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """What the findings' part of the page needs."""
    marked = [
        (part.value, runs(text, spans_of(findings, part)))
        for part, text in ((TextPart.QUESTION, typed.text.question), (TextPart.ANSWER, typed.text.answer))
        if spans_of(findings, part)
    ]
    marked += [(TextPart.PHRASING.value, pieces) for pieces in marked_phrasings(typed.text, findings) if len(pieces) > 1]
    values: dict[str, Any] = {"typed": typed, "typed_findings": findings, "marked": marked, "language_of_text": change.market}
    return values | {"typed_critical": worst(findings) is Severity.CRITICAL}


def _since(card: Card, version: int) -> tuple[AuditEvent, ...]:
    """What happened to the change after the version that the person saw."""
    return tuple(event for event in card.history if (event.after or {}).get("version", 0) > version)


def _source_diff(card: Card) -> dict[str, object]:
    """What changed in the source since the approved text was made; empty when nothing did."""
    if card.source is None or card.source_before is None:
        return {}
    old, new, language = card.source_before, card.source, card.source.language
    cited = {citation.sentence_hash for citation in new.citations}
    known = {citation.sentence_hash for citation in old.citations}
    return {
        "question": mixed(old.text.question, new.text.question, language),
        "answer": mixed(old.text.answer, new.text.answer, language),
        "gone": [citation.text for citation in old.citations if citation.sentence_hash not in cited],
        "come": [citation.text for citation in new.citations if citation.sentence_hash not in known],
    }
