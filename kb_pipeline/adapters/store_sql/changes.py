"""Changes from proposal to supersession, and the one door through which a state moves. Decisions are in `decisions`."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, tuple_
from sqlalchemy.orm import Session, joinedload

from kb_pipeline.adapters.store_sql.audit import Journal
from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.entries import PIPELINE, make_entry, save_revision
from kb_pipeline.adapters.store_sql.schema import ChangeRow, EntryRow, Origin, RevisionRow
from kb_pipeline.adapters.store_sql.schema_serving import ReleaseRow
from kb_pipeline.domain.changes import (
    Assessment,
    Change,
    ChangeKind,
    ChangeRequest,
    ChangeState,
    EntryState,
    ReturnReason,
    RiskTier,
    gives_way,
    move_change,
    move_entry,
)
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.releases import ReleaseState, move_release
from kb_pipeline.errors import BlockedError, NotFoundError

OPEN = (ChangeState.PENDING, ChangeState.CHANGES_REQUESTED)
_NOT_ESTIMATED = 101  # of a change without a quality, as a retirement: behind all that have one
_RANK = (
    case((ChangeRow.risk == RiskTier.HIGH, 0), else_=1),
    func.coalesce(ChangeRow.quality, _NOT_ESTIMATED),
    ChangeRow.position,
)  # the queue's order: riskiest first, then the worst, then the oldest first
_PAGE = 50  # changes read at once


class SqlChanges(Part):
    """`Changes`, `Proposals` and `Requests` of `ports.changes`."""

    def propose(self, change: Change, answers: ChangeRequest | None = None, reason: str = "") -> bool:
        """Stage a change; older open ones of the same entry are superseded. False if this very change was made before, or
        while a person's text waits (`domain.changes.gives_way`).

        One that was superseded, and whose source came back to what it said, is pending again. With `answers`: False also if
        that request does not stand any more. `reason`: why a person proposes it.

        Raises BlockedError for an addition without a text, a text of another entry, or a correction while a change waits;
        NotFoundError for the retirement of an unknown entry.
        """
        _check_text(change)
        with self._db.write() as session:
            journal = Journal(session)
            known = _find(session, change.id)
            if known is not None and known.state is not ChangeState.SUPERSEDED:
                return False
            if answers is not None and _standing(session, answers) is None:
                return False
            if not _make_way(session, change):
                return False
            if change.revision is not None:
                save_revision(session, change.revision)
            _ensure_entry(session, journal, change)
            _supersede(session, journal, change.entry_id, {"by": change.id})
            if known is None:
                row = _row_of(change)
                session.add(row)
                session.flush()
                why = {"comment": reason} if reason else {}
                after = snapshot(row) | _answering(answers) | why
                journal.add(change.proposed_by or PIPELINE, "change.proposed", row.id, after=after)
            else:
                _propose_again(journal, known, change, answers)
        return True

    def give_back(self, request: ChangeRequest, reason: ReturnReason, detail: str = "") -> bool:
        """Let a change wait for a decision again, since the request led to no new proposal. False if it stands no more."""
        with self._db.write() as session:
            journal, row = Journal(session), _standing(session, request)
            if row is None:
                return False
            before = snapshot(row)
            move(row, ChangeState.PENDING)
            journal.add(
                PIPELINE,
                "change.returned",
                row.id,
                before=before,
                after=snapshot(row) | {"reason": reason.value, "detail": detail},
            )
        return True

    def give_up(self, entry_id: str, reason: str) -> bool:
        """Supersede the open changes of an entry whose source is gone. False if there were none."""
        with self._db.write() as session:
            return _supersede(session, Journal(session), entry_id, {"reason": reason})

    def changes(
        self, market: str | None = None, states: Sequence[ChangeState] = (ChangeState.PENDING,), entry_id: str | None = None
    ) -> Sequence[Change]:
        """Changes, riskiest first, then the worst, then the oldest first; all states when `states` is empty."""
        query = _changes().order_by(*_RANK)
        if market is not None:
            query = query.where(ChangeRow.market == market)
        if states:
            query = query.where(ChangeRow.state.in_(states))
        if entry_id is not None:
            query = query.where(ChangeRow.entry_id == entry_id)
        with self._db.read() as session:
            return [row.value() for row in session.scalars(query)]

    def queue(
        self, market: str | None, state: ChangeState, beside: str | None = None, *, backwards: bool = False
    ) -> Iterator[Change]:
        """Changes in the order of `changes`, read a page at a time: all, or those after (before) the one with the id `beside`.

        Backwards they come nearest first.
        """
        query = _changes().where(ChangeRow.state == state)
        if market is not None:
            query = query.where(ChangeRow.market == market)
        query = query.order_by(*(column.desc() for column in _RANK)) if backwards else query.order_by(*_RANK)
        with self._db.read() as session:
            row = session.execute(select(*_RANK).where(ChangeRow.id == beside)).first() if beside else None
        place: Sequence[Any] | None = row
        while True:
            page = query if place is None else query.where(_behind(place, backwards=backwards))
            with self._db.read() as session:
                rows = session.execute(page.add_columns(*_RANK).limit(_PAGE)).all()
            yield from (row[0].value() for row in rows)
            if len(rows) < _PAGE:
                return
            place = rows[-1][1:]

    def change(self, id_prefix: str) -> Change:
        """The change whose id starts with `id_prefix`. Raises NotFoundError, also when several do."""
        query = _changes().where(ChangeRow.id.startswith(id_prefix, autoescape=True)).order_by(ChangeRow.position).limit(2)
        with self._db.read() as session:
            found = session.scalars(query).all() if id_prefix else []
            if not found:
                raise NotFoundError(f"no change '{id_prefix}'", "list the ids: kb review list")
            if len(found) > 1:
                raise NotFoundError(f"several changes start with '{id_prefix}'", "give more of the id: kb review list")
            return found[0].value()

    def proposed_text(self, change_id: str) -> Revision | None:
        """The text as it was proposed, before any edit. None for a retirement, and for an id that nothing has."""
        query = select(RevisionRow).join(ChangeRow, ChangeRow.proposed_revision_id == RevisionRow.id)
        with self._db.read() as session:
            row = session.scalars(query.where(ChangeRow.id == change_id)).first()
            return row.value() if row else None


def _behind(place: Sequence[Any], *, backwards: bool) -> ColumnElement[bool]:
    """The rows that come after a place in the queue's order, or before it."""
    here, there = tuple_(*_RANK), tuple_(*(literal(value) for value in place))
    return here < there if backwards else here > there


def move(row: ChangeRow | EntryRow | ReleaseRow, to: ChangeState | EntryState | ReleaseState) -> None:
    """The one door: nothing else writes a state. A change's version rises with it. Raises IllegalTransitionError."""
    if isinstance(row, ChangeRow):
        row.state = move_change(row.state, ChangeState(to))
        row.version += 1
    elif isinstance(row, ReleaseRow):
        row.state = move_release(row.state, ReleaseState(to))
    else:
        row.state = move_entry(row.state, EntryState(to))


def load_change(session: Session, change_id: str) -> ChangeRow:
    """The row of exactly this id. Raises NotFoundError."""
    row = _find(session, change_id)
    if row is None:
        raise NotFoundError(f"no change '{change_id}'", "list the ids: kb review list")
    return row


def assess_row(row: ChangeRow, known: Change | Assessment) -> None:
    """Write what is known of the row's text."""
    for name in Assessment.model_fields:
        setattr(row, name, getattr(known, name))


def snapshot(row: ChangeRow) -> dict[str, Any]:
    """What the audit trail keeps of a change's standing."""
    return {
        "entry": row.entry_id,
        "kind": row.kind.value,
        "revision": row.revision_id,
        "risk": row.risk.value,
        "state": row.state.value,
        "version": row.version,
    }


def _changes() -> Select[tuple[ChangeRow]]:
    return select(ChangeRow).options(joinedload(ChangeRow.revision))


def _find(session: Session, change_id: str) -> ChangeRow | None:
    return session.scalars(_changes().where(ChangeRow.id == change_id)).first()


def _standing(session: Session, request: ChangeRequest) -> ChangeRow | None:
    """The change for which the request stands."""
    row = _find(session, request.change_id)
    return row if row and row.state is ChangeState.CHANGES_REQUESTED and row.version == request.version else None


def _answering(request: ChangeRequest | None) -> dict[str, str]:
    """What the trail says of a proposal that a request led to."""
    return {"answers": request.change_id} if request else {}


def _check_text(change: Change) -> None:
    text = change.revision
    if (text is None) != (change.kind is ChangeKind.RETIRE):
        raise BlockedError(f"a change of kind '{change.kind}' comes {'without a' if text is None else 'with a'} text")
    if text is not None and (text.entry_id, text.market) != (change.entry_id, change.market):
        raise BlockedError(
            f"the text is of entry {text.entry_id} in {text.market}, not of {change.entry_id} in {change.market}"
        )


def _make_way(session: Session, change: Change) -> bool:
    """Whether the open changes of the entry give way. Raises BlockedError for a person's proposal when they do not."""
    standing = (row for row in _open_of(session, change.entry_id) if not gives_way(row.value(), change))
    waiting = next(standing, None)
    if waiting is None or not change.proposed_by:
        return waiting is None
    act = "edit" if waiting.revision_id else "show"
    raise BlockedError(f"change {waiting.id} of this entry waits already", f"decide on that one: kb review {act} {waiting.id}")


def _open_of(session: Session, entry_id: str) -> Sequence[ChangeRow]:
    return session.scalars(_changes().where(ChangeRow.entry_id == entry_id, ChangeRow.state.in_(OPEN))).all()


def _ensure_entry(session: Session, journal: Journal, change: Change) -> None:
    if session.get(EntryRow, change.entry_id) is not None:
        return
    if change.revision is None:
        raise NotFoundError(f"no entry '{change.entry_id}' to retire", "propose the retirement of an entry that exists")
    entry = make_entry(session, change.revision, Origin.PIPELINE, change.source_faq_id)
    journal.add(PIPELINE, "entry.proposed", entry.id, after={"market": entry.market, "state": entry.state.value})


def _supersede(session: Session, journal: Journal, entry_id: str, why: dict[str, str]) -> bool:
    older = _open_of(session, entry_id)
    for row in older:
        before = snapshot(row)
        move(row, ChangeState.SUPERSEDED)
        journal.add(PIPELINE, "change.superseded", row.id, before=before, after=snapshot(row) | why)
    return bool(older)


def _propose_again(journal: Journal, row: ChangeRow, change: Change, answers: ChangeRequest | None) -> None:
    before = snapshot(row)
    assess_row(row, change)
    row.revision_id, row.source_revision = (
        row.proposed_revision_id,
        change.source_revision,
    )  # a person's edit was of the old one
    move(row, ChangeState.PENDING)
    journal.add(PIPELINE, "change.proposed_again", row.id, before=before, after=snapshot(row) | _answering(answers))


def _row_of(change: Change) -> ChangeRow:
    """The row of a proposal; its state and version are those of a birth, whatever `change` says."""
    kept = Change.model_fields.keys() - {"revision", "state", "version", "original_id"}
    text = change.revision.id if change.revision else None
    return ChangeRow(
        id=change.id, revision_id=text, proposed_revision_id=text, **{name: getattr(change, name) for name in kept}
    )
