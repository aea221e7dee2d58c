"""One change: its card, the checks as a person types, and the decisions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from kb_pipeline.domain.accounts import Role
from kb_pipeline.domain.audit import AuditEvent
from kb_pipeline.domain.changes import Change, ChangeState, RiskTier, RootCause
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity, TextPart, worst
from kb_pipeline.errors import BlockedError, ConflictError, IllegalTransitionError
from kb_pipeline.review.auth import Form, Signed, Visitor, desk_of
from kb_pipeline.review.pages import page, redirect
from kb_pipeline.review.queue import address, filter_of
from kb_pipeline.review.view import marked_phrasings, mixed, passages, phrasings_of, runs, spans_of
from kb_pipeline.services.review.card import Card
from kb_pipeline.services.review.reviewer import Reviewer
from kb_pipeline.web.status import status_of

router = APIRouter()
_NOTHING = FaqText(question="", answer="")
_CONTROL = {code: None for code in range(32) if code not in (9, 10)}  # what no text has; tabs and line ends stay


@dataclass(frozen=True)
class Typed:
    """What a person typed, to be shown again when it could not be taken."""

    text: FaqText = _NOTHING
    category: str = ""
    cause: str = ""
    comment: str = ""
    override: bool = False
    open: str = ""  # the panel that it was typed in: approve, edit or reject


@dataclass(frozen=True)
class Trouble:
    """Why a decision was not taken. `is_conflict`: somebody was faster."""

    message: str = ""
    is_conflict: bool = False
    seen: int = 0  # the version that the person saw
    findings: tuple[Finding, ...] | None = None  # on the typed text; None: not checked


@router.get("/changes/{change_id}")
def show(request: Request, who: Signed, change_id: str) -> Response:
    """The card."""
    return _card(request, who, change_id)


@router.post("/changes/{change_id}/approve")
def approve(request: Request, who: Signed, fields: Form, change_id: str) -> Response:
    """Approve what is proposed."""
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
            change_id, typed.text, category=typed.category, root_cause=_cause(typed), version=version,
            override=typed.override, comment=typed.comment,
        ),
    )  # fmt: skip


@router.post("/changes/{change_id}/reject")
def reject(request: Request, who: Signed, fields: Form, change_id: str) -> Response:
    """Reject what is proposed."""
    return _decide(
        request, who, fields, change_id, "reject",
        lambda reviewer, version, typed: reviewer.reject(
            change_id, category=typed.category, root_cause=_cause(typed), version=version, comment=typed.comment
        ),
    )  # fmt: skip


@router.post("/changes/{change_id}/check")
def check(request: Request, who: Signed, fields: Form, change_id: str) -> Response:
    """The findings on what is typed: a part of the page for the script, the whole card without it."""
    reviewer = desk_of(request).reviewer(who.user)
    change, typed = reviewer.card(change_id).change, _typed(fields, "edit")
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
    reviewer, typed, seen = desk_of(request).reviewer(who.user), _typed(fields, verb), _version(fields)
    onward = reviewer.neighbours(change_id, filter_of(request.query_params)).after
    try:
        change = act(reviewer, seen, typed)
    except (ConflictError, IllegalTransitionError) as error:
        trouble = Trouble(error.message, is_conflict=True, seen=seen)
        return _card(request, who, change_id, typed, trouble, status=status_of(error))
    except BlockedError as error:
        text = f"{error.message}; {error.remedy}" if error.remedy and "kb review" not in error.remedy else error.message
        return _card(request, who, change_id, typed, Trouble(text), status=status_of(error))
    done = {"approve": "approved", "edit": "edited", "reject": "rejected"}[verb]
    flash = "waits" if change.state is ChangeState.PENDING else done
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
    proposed = change.revision.text if change.revision else _NOTHING
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
        back=address(wanted), link=lambda action: address(wanted, f"/changes/{change.id}/{action}"),
        may_decide=who.user.may(Role.REVIEWER, change.market) and change.state is ChangeState.PENDING,
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


def _typed(fields: FormData, panel: str) -> Typed:
    """The form as values: line ends as in a file, no control characters, empty phrasings dropped."""
    phrasings = tuple(line.strip() for line in _clean(fields, "phrasings").split("\n") if line.strip())
    return Typed(
        text=FaqText(question=_clean(fields, "question"), answer=_clean(fields, "answer"), phrasings=phrasings),
        category=_one_of(MqmCategory, _clean(fields, "category")),
        cause=_one_of(RootCause, _clean(fields, "cause")),
        comment=_clean(fields, "comment").strip(),
        override=fields.get("override") == "yes",
        open=panel,
    )


def _one_of(choices: type[MqmCategory] | type[RootCause], text: str) -> str:
    return text if text in {choice.value for choice in choices} else ""


def _cause(typed: Typed) -> RootCause | None:
    return RootCause(typed.cause) if typed.cause else None


def _clean(fields: FormData, name: str) -> str:
    return str(fields.get(name, "")).replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL)


def _version(fields: FormData) -> int:
    text = str(fields.get("version", ""))
    return int(text) if text.isdecimal() and len(text) < 10 else 0
