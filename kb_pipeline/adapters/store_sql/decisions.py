"""A person's word on a change, applied once: version check, rules, states, text and audit in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb_pipeline.adapters.store_sql.audit import Journal, latest
from kb_pipeline.adapters.store_sql.changes import assess_row, load_change, move, snapshot
from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.entries import save_revision
from kb_pipeline.adapters.store_sql.schema import ChangeRow, DecisionRow, EntryRow
from kb_pipeline.adapters.store_sql.withdrawals import check_not_silent
from kb_pipeline.domain.changes import Change, ChangeKind, ChangeState, Decision, EditedText, EntryState
from kb_pipeline.domain.decisions import outcome, weighed
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.errors import ConflictError, NotFoundError


class SqlDecisions(Part):
    """`Decisions` and `DecisionCounts` of `ports.changes`."""

    def decide(self, decision: Decision, edited: EditedText | None = None) -> Change:
        """Apply a person's decision; `edited` is the text approved instead, with what is known of it.

        The change after it: still pending when a high-risk one has its first approval and needs a second person.
        The same decision again is answered with the same result. Raises NotFoundError, ConflictError (it moved), BlockedError
        (a rule forbids it), IllegalTransitionError.
        """
        with self._db.read() as session:  # who comes too late waits for no writer
            known = _known(session, decision, edited)
        if known:
            return known
        with self._db.write() as session:
            journal = Journal(session)
            return _known(session, decision, edited) or _apply(session, journal, decision, edited)

    def decisions(self, change_id: str) -> Sequence[Decision]:
        """What people said of a change, oldest first."""
        with self._db.read() as session:
            return _decisions_of(session, change_id)

    def decided_since(self, at: datetime) -> Mapping[str, int]:
        """Per market, the number of decisions since `at`."""
        query = (
            select(ChangeRow.market, func.count())
            .join(DecisionRow, DecisionRow.change_id == ChangeRow.id)
            .where(DecisionRow.at >= at)
            .group_by(ChangeRow.market)
        )
        with self._db.read() as session:
            return dict(session.execute(query).tuples().all())


def _decisions_of(session: Session, change_id: str) -> Sequence[Decision]:
    """What was decided since the change was proposed, or proposed again: words on an older text do not count."""
    again = latest(session, change_id, "change.proposed_again")
    since = int((again.after or {}).get("version", 0)) if again else 0
    query = select(DecisionRow.value).where(DecisionRow.change_id == change_id, DecisionRow.seen_version >= since)
    return session.scalars(query.order_by(DecisionRow.position)).all()


def _known(session: Session, decision: Decision, edited: EditedText | None) -> Change | None:
    """The result that this very decision had before. Raises NotFoundError, ConflictError for one on an older version."""
    row = load_change(session, decision.change_id)
    known = _repeated(session, decision, edited.revision if edited else None)
    if known is None:
        _check_version(session, row, decision)
    return known


def _repeated(session: Session, decision: Decision, edited: Revision | None) -> Change | None:
    """The result that this very decision had before."""
    query = select(DecisionRow).filter_by(change_id=decision.change_id, seen_version=decision.seen_version)
    past = session.scalars(query).first()
    same = past and past.value == decision and past.edited_revision_id == (edited.id if edited else None)
    return past.result if past and same else None


def _apply(session: Session, journal: Journal, decision: Decision, edited: EditedText | None) -> Change:
    row = load_change(session, decision.change_id)
    before = snapshot(row)
    known = row.value().model_copy(update=dict(edited.assessment) if edited else {})
    decided = weighed(known, session.get_one(EntryRow, row.entry_id).state)
    to = outcome(decided, decision, edited.revision if edited else None, _decisions_of(session, row.id))
    if edited is not None:
        made = edited.revision.provenance.model_copy(update={"actor": decision.actor})
        save_revision(session, edited.revision.model_copy(update={"provenance": made}))
        row.revision_id = edited.revision.id
        assess_row(row, edited.assessment)
    row.risk = decided.risk
    if to is None:
        row.version += 1
    else:
        move(row, to)
    if to is ChangeState.APPROVED:
        _settle(session, journal, row, decision)
    details = decision.model_dump(mode="json", exclude={"change_id", "seen_version", "actor"})
    journal.add(decision.actor, f"change.{decision.verdict}", row.id, before=before, after=snapshot(row) | details)
    session.flush()
    session.refresh(row)
    result = row.value()
    session.add(
        DecisionRow(
            change_id=row.id,
            seen_version=decision.seen_version,
            actor=decision.actor,
            value=decision,
            edited_revision_id=edited.revision.id if edited else None,
            result=result,
        )
    )
    return result


def _check_version(session: Session, row: ChangeRow, decision: Decision) -> None:
    if row.version == decision.seen_version:
        return
    last = latest(session, row.id)
    who = f" since {last.action} by {last.actor} at {last.at:%Y-%m-%d %H:%M:%S} UTC" if last else ""
    raise ConflictError(
        f"change {row.id} is {row.state} (version {row.version}){who}; you saw version {decision.seen_version}",
        f"look at it again: kb review show {row.id}",
    )


def _settle(session: Session, journal: Journal, row: ChangeRow, decision: Decision) -> None:
    """What a final approval does to the entry. Raises ConflictError if its text is not the one the change was made against."""
    entry = session.get(EntryRow, row.entry_id)
    if entry is None:
        raise NotFoundError(f"no entry '{row.entry_id}'")
    if entry.approved_revision_id != row.base_revision_id:
        raise ConflictError(
            f"change {row.id} was made against revision {row.base_revision_id}, "
            f"but entry {entry.id} now says {entry.approved_revision_id}",
            "reject it, or run the pipeline again for a change against the present text",
        )
    if row.kind is not ChangeKind.RETIRE:
        check_not_silent(session, row.revision_id or "")
    before = {"state": entry.state.value, "revision": entry.approved_revision_id}
    to = EntryState.RETIRED if row.kind is ChangeKind.RETIRE else EntryState.APPROVED
    if entry.state is not to:
        move(entry, to)
    entry.approved_revision_id = None if row.kind is ChangeKind.RETIRE else row.revision_id
    entry.source_revision, entry.source_faq_id = row.source_revision, row.source_faq_id or entry.source_faq_id
    journal.add(
        decision.actor,
        f"entry.{to}",
        entry.id,
        before=before,
        after={"state": entry.state.value, "revision": entry.approved_revision_id, "change": row.id},
    )
