"""Withdrawing entries and taking that back: the entry's state, and the texts that no release says meanwhile."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb_pipeline.adapters.store_sql.audit import Journal, latest
from kb_pipeline.adapters.store_sql.changes import move
from kb_pipeline.adapters.store_sql.columns import now
from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.releases import check_no_contradiction, live_number, publish_again
from kb_pipeline.adapters.store_sql.schema import EntryRow
from kb_pipeline.adapters.store_sql.schema_serving import ReleaseItemRow, ReleaseRow, WithdrawnTextRow
from kb_pipeline.domain.changes import EntryState
from kb_pipeline.domain.entries import WithdrawnText, check_restoration, check_withdrawal
from kb_pipeline.errors import BlockedError, NotFoundError


class SqlWithdrawals(Part):
    """`Withdrawals` and `WithdrawnTexts` of `ports.entries`."""

    def withdraw_entry(self, entry_id: str, actor: str, reason: str) -> Sequence[WithdrawnText]:
        """Silence an entry: its approved text, and every text of it that a release holds; those that were not silent before.

        Raises NotFoundError, BlockedError (no reason, never approved, withdrawn already, or no release holds a retired one).
        """
        with self._db.write() as session:
            journal, entry = Journal(session), _load(session, entry_id)
            check_withdrawal(entry.id, entry.state, reason)
            before, at = _snapshot(entry), now()
            rows = [
                WithdrawnTextRow(
                    revision_id=id_, market=entry.market, entry_id=entry.id, actor=actor, reason=reason.strip(), at=at
                )
                for id_ in _to_silence(session, entry)
            ]
            if not rows:
                raise BlockedError(f"no release says anything of entry {entry.id}", f"see: kb entry show {entry.id}")
            session.add_all(rows)
            if entry.state is not EntryState.RETIRED:  # the text of a retired one is said until the next release
                move(entry, EntryState.WITHDRAWN)
            after = _snapshot(entry) | {"reason": reason.strip(), "revisions": [row.revision_id for row in rows]}
            journal.add(actor, "entry.withdrawn", entry.id, before=before, after=after)
            return [row.value() for row in rows]

    def restore_entry(self, entry_id: str, actor: str, reason: str) -> Sequence[WithdrawnText]:
        """Take an entry's last withdrawal back; the texts that may be said again. What was withdrawn before it stays silent.

        Raises NotFoundError, BlockedError (no reason, or it is not withdrawn).
        """
        with self._db.write() as session:
            journal, entry = Journal(session), _load(session, entry_id)
            check_restoration(entry.id, entry.state, reason)
            before, rows = _snapshot(entry), _last_withdrawal(session, entry)
            texts = [row.value() for row in rows]
            number = live_number(session, entry.market)
            if number is not None:
                check_no_contradiction(session, entry.market, number, [row.revision_id for row in rows])
            for row in rows:
                session.delete(row)
            move(entry, EntryState.APPROVED)
            after = _snapshot(entry) | {"reason": reason.strip(), "revisions": [text.revision_id for text in texts]}
            journal.add(actor, "entry.restored", entry.id, before=before, after=after)
            publish_again(session, journal, entry.market, actor)
            return texts

    def withdrawn_revisions(self) -> Mapping[str, frozenset[str]]:
        """The ids of all withdrawn texts, by market."""
        found: dict[str, set[str]] = {}
        with self._db.read() as session:
            for market, id_ in session.execute(select(WithdrawnTextRow.market, WithdrawnTextRow.revision_id)).tuples():
                found.setdefault(market, set()).add(id_)
        return {market: frozenset(ids) for market, ids in found.items()}

    def withdrawn_texts(self, entry_id: str) -> Sequence[WithdrawnText]:
        """The withdrawn texts of an entry, oldest withdrawal first."""
        query = select(WithdrawnTextRow).where(WithdrawnTextRow.entry_id == entry_id)
        with self._db.read() as session:
            rows = session.scalars(query.order_by(WithdrawnTextRow.at, WithdrawnTextRow.revision_id))
            return [row.value() for row in rows]


def check_not_silent(session: Session, revision_id: str) -> None:
    """Let no approval bring a withdrawn text back: it would be heard at once. Raises BlockedError."""
    row = session.get(WithdrawnTextRow, revision_id)
    if row is not None:
        raise BlockedError(
            f"{row.actor} withdrew just this text on {row.at:%Y-%m-%d}: {row.reason}",
            f"restore it: kb entry restore {row.entry_id}, or write it otherwise",
        )


def _to_silence(session: Session, entry: EntryRow) -> list[str]:
    """The approved text and those that releases hold, as far as they are not silent."""
    in_release = (ReleaseItemRow.market == ReleaseRow.market) & (ReleaseItemRow.number == ReleaseRow.number)
    held = select(ReleaseItemRow.revision_id).join(ReleaseRow, in_release)
    held = held.where(ReleaseRow.market == entry.market, ReleaseItemRow.entry_id == entry.id).distinct()
    silent = set(session.scalars(select(WithdrawnTextRow.revision_id).where(WithdrawnTextRow.entry_id == entry.id)))
    approved = {entry.approved_revision_id} if entry.approved_revision_id else set()
    return sorted((set(session.scalars(held)) | approved) - silent)


def _last_withdrawal(session: Session, entry: EntryRow) -> Sequence[WithdrawnTextRow]:
    """By the trail, not by a clock, which may have been set back since an earlier one."""
    event = latest(session, entry.id, "entry.withdrawn")
    silenced = (event.after or {}).get("revisions", []) if event else []
    return session.scalars(select(WithdrawnTextRow).where(WithdrawnTextRow.revision_id.in_(silenced))).all()


def _load(session: Session, entry_id: str) -> EntryRow:
    entry = session.get(EntryRow, entry_id)
    if entry is None:
        raise NotFoundError(f"no entry '{entry_id}'", "list them: kb entry list")
    return entry


def _snapshot(entry: EntryRow) -> dict[str, object]:
    """What the audit trail keeps of an entry's standing."""
    return {"state": entry.state.value, "revision": entry.approved_revision_id}
