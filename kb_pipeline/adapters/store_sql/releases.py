"""Releases: the immutable manifest, its verification, and the pointer to the live one. Indexes live elsewhere."""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, func, insert, or_, select
from sqlalchemy.orm import Session

from kb_pipeline.adapters.store_sql.audit import Journal, latest
from kb_pipeline.adapters.store_sql.changes import move
from kb_pipeline.adapters.store_sql.columns import now
from kb_pipeline.adapters.store_sql.engine import Part, batches
from kb_pipeline.adapters.store_sql.entries import MAY_BE_SAID, PIPELINE
from kb_pipeline.adapters.store_sql.faqs import newest_faqs
from kb_pipeline.adapters.store_sql.holds import check_not_held, keep_back
from kb_pipeline.adapters.store_sql.schema import EntryRow, RevisionRow, SourceFaqRow
from kb_pipeline.adapters.store_sql.schema_serving import ConflictRow, LiveRow, ReleaseItemRow, ReleaseRow, WithdrawnTextRow
from kb_pipeline.domain.changes import EntryState
from kb_pipeline.domain.conflicts import may_meet
from kb_pipeline.domain.entries import ApprovedEntry
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.releases import Manifest, ManifestItem, Release, ReleaseReport, ReleaseState, manifest_hash, release_id
from kb_pipeline.errors import BlockedError, ConflictError, NotFoundError


class SqlReleases(Part):
    """`ports.releases.ReleaseStore`."""

    def approved_entries(self, market: str) -> Sequence[ApprovedEntry]:
        """What may be published now, by entry id; its topics are those of its source FAQ's latest revision."""
        texts = (
            select(EntryRow.source_faq_id, RevisionRow)
            .join(RevisionRow, EntryRow.approved_revision_id == RevisionRow.id)
            .where(EntryRow.market == market, MAY_BE_SAID)
            .order_by(EntryRow.id)
        )
        used = select(EntryRow.source_faq_id).where(EntryRow.market == market)
        with self._db.read() as session:
            faqs = session.scalars(newest_faqs().where(SourceFaqRow.id.in_(used)))
            topics = {faq.id: faq.topics for faq in faqs}
            return [
                ApprovedEntry(revision=row.value(), source_faq_id=faq, topics=topics.get(faq or "", ()))
                for faq, row in session.execute(texts).tuples()
            ]

    def begin_release(
        self, market: str, manifest: Manifest, embedder: str, actor: str, note: str = "", *, compared: bool = False
    ) -> Release:
        """Write the immutable manifest as the market's next release, `building`; `compared`: its texts were, with each other.

        Raises BlockedError for an empty one, or for an item that is not its entry's approved revision or whose hash is not
        its text's.
        """
        with self._db.write() as session:
            journal = Journal(session)
            _check_manifest(session, market, manifest)
            last = session.scalar(select(func.max(ReleaseRow.number)).where(ReleaseRow.market == market)) or 0
            row = ReleaseRow(
                market=market,
                number=last + 1,
                entries=len(manifest),
                manifest_hash=manifest_hash(market, manifest, embedder),
                embedder=embedder,
                base=live_number(session, market),
                note=note,
                actor=actor,
                compared=compared,
            )
            session.add(row)
            session.flush()
            session.execute(insert(ReleaseItemRow), [{"market": market, "number": row.number} | dict(i) for i in manifest])
            journal.add(actor, "release.building", _id(row), after=_snapshot(row) | {"note": note})
            return row.value()

    def end_verification(self, market: str, number: int, report: ReleaseReport) -> Release:
        """Keep the report: `verified`, or `failed` for its failures. Raises NotFoundError, IllegalTransitionError."""
        with self._db.write() as session:
            journal, row = Journal(session), _load(session, market, number)
            row.report, row.reason = report, "; ".join(report.failures)
            _move(journal, row, ReleaseState.VERIFIED if report.is_fit else ReleaseState.FAILED, PIPELINE)
            return row.value()

    def fail_release(self, market: str, number: int, reason: str) -> Release:
        """Give a building or verified release up. Raises NotFoundError, IllegalTransitionError."""
        with self._db.write() as session:
            journal, row = Journal(session), _load(session, market, number)
            row.reason = reason
            _move(journal, row, ReleaseState.FAILED, PIPELINE)
            return row.value()

    def go_live(self, market: str, number: int, actor: str, expected: int | None, reason: str = "") -> Release:
        """Flip the pointer, in one transaction: this release is live, the one before superseded, and the entries' states follow
        (in it: published; else: approved). Whoever goes back puts the market on hold, for `reason`.

        Raises ConflictError when not `expected` is live, or what is approved moved since a new release was made; BlockedError
        for a new release while the market is on hold, and for texts that contradict each other without a person's word;
        NotFoundError, IllegalTransitionError.
        """
        with self._db.write() as session:
            journal, row = Journal(session), _load(session, market, number)
            pointer = session.get(LiveRow, market)
            _check_expected(market, pointer, expected)
            if row.state is ReleaseState.VERIFIED:
                check_not_held(session, market)
                _check_still_approved(session, row)
            check_no_contradiction(session, market, number)
            if expected is not None and number < expected:
                keep_back(session, journal, market, actor, reason or f"rolled back from {release_id(market, expected)}")
            if pointer is not None:
                _move(journal, _load(session, market, pointer.number), ReleaseState.SUPERSEDED, actor, by=number)
            _move(journal, row, ReleaseState.LIVE, actor, replaces=expected)
            row.live_at = now()
            pointer = pointer or LiveRow(market=market)
            pointer.number = number
            session.add(pointer)
            _move_entries(session, journal, row, actor)
            return row.value()

    def live_numbers(self) -> Mapping[str, int]:
        """The pointer: the live release's number of every market that has one."""
        with self._db.read() as session:
            return dict(session.execute(select(LiveRow.market, LiveRow.number)).tuples().all())

    def live_before(self, market: str) -> int | None:
        """The number of the release in whose place the live one came; None if there was none. By the trail, not by a clock."""
        with self._db.read() as session:
            number = live_number(session, market)
            flip = number and latest(session, release_id(market, number), f"release.{ReleaseState.LIVE}")
            return (flip.after or {}).get("replaces") if flip else None

    def releases(self, market: str | None = None) -> Sequence[Release]:
        """All releases, by market, newest first."""
        query = select(ReleaseRow).order_by(ReleaseRow.market, ReleaseRow.number.desc())
        if market is not None:
            query = query.where(ReleaseRow.market == market)
        with self._db.read() as session:
            return [row.value() for row in session.scalars(query)]

    def release(self, market: str, number: int) -> Release:
        """One release. Raises NotFoundError."""
        with self._db.read() as session:
            return _load(session, market, number).value()

    def manifest(self, market: str, number: int) -> Manifest:
        """What a release says, by entry id. Raises NotFoundError."""
        query = select(ReleaseItemRow).filter_by(market=market, number=number).order_by(ReleaseItemRow.entry_id)
        with self._db.read() as session:
            _load(session, market, number)
            return tuple(row.value() for row in session.scalars(query))

    def revisions(self, ids: Sequence[str]) -> Mapping[str, Revision]:
        """The texts of these revision ids; unknown ones are left out."""
        found: dict[str, Revision] = {}
        with self._db.read() as session:
            for batch in batches(list(dict.fromkeys(ids))):
                rows = session.scalars(select(RevisionRow).where(RevisionRow.id.in_(batch)))
                found.update({row.id: row.value() for row in rows})
        return found


def check_no_contradiction(session: Session, market: str, number: int, speaking: Sequence[str] = ()) -> None:
    """Let no release say two texts of which nobody said that both hold. `speaking` are silent ones that are to be said again.

    Asked in the transaction that makes them heard: whatever was checked before it may have moved. Raises BlockedError.
    """
    unsettled = or_(ConflictRow.settled_by == "", ConflictRow.holds != "")
    conflicts = session.scalars(select(ConflictRow).where(ConflictRow.market == market, unsettled)).all()
    texts = list({id_ for conflict in conflicts for id_ in conflict.value().key})
    items, silent = dict[str, ManifestItem](), set[str]()
    for batch in batches(texts):
        held = select(ReleaseItemRow).filter_by(market=market, number=number).where(ReleaseItemRow.revision_id.in_(batch))
        items |= {row.revision_id: row.value() for row in session.scalars(held)}
        silent |= set(session.scalars(select(WithdrawnTextRow.revision_id).where(WithdrawnTextRow.revision_id.in_(batch))))
    heard = items.keys() - (silent - set(speaking))
    for conflict in conflicts:
        first, second = conflict.value().key
        if {first, second} <= heard and may_meet(items[first], items[second]):
            raise BlockedError(
                f"entries {conflict.first_entry} and {conflict.second_entry} contradict each other: {conflict.why}",
                f"say which holds, or that both do: kb entry conflicts --market {market}",
            )


def _check_still_approved(session: Session, release: ReleaseRow) -> None:
    """Raises ConflictError if a person retired or replaced a text of the release since it was made."""
    moved = or_(EntryRow.approved_revision_id.is_(None), EntryRow.approved_revision_id != ReleaseItemRow.revision_id)
    query = select(EntryRow.id).join(ReleaseItemRow, ReleaseItemRow.entry_id == EntryRow.id)
    query = query.where(ReleaseItemRow.market == release.market, ReleaseItemRow.number == release.number, moved).limit(1)
    entry = session.scalar(query)
    if entry is not None:
        raise ConflictError(
            f"entry {entry} was decided on since {_id(release)} was made", "make the release anew: kb release publish"
        )


def publish_again(session: Session, journal: Journal, market: str, actor: str) -> None:
    """Entries that may be said again are published where the live release holds their approved text."""
    number = live_number(session, market)
    if number is not None:
        _move_entries(session, journal, _load(session, market, number), actor)


def _load(session: Session, market: str, number: int) -> ReleaseRow:
    row = session.get(ReleaseRow, (market, number))
    if row is None:
        raise NotFoundError(f"no release '{release_id(market, number)}'", "list them: kb release list")
    return row


def live_number(session: Session, market: str) -> int | None:
    """The number of the market's live release."""
    return session.scalar(select(LiveRow.number).where(LiveRow.market == market))


def _id(row: ReleaseRow) -> str:
    return release_id(row.market, row.number)


def _snapshot(row: ReleaseRow) -> dict[str, object]:
    """What the audit trail keeps of a release's standing."""
    return {"state": row.state.value, "entries": row.entries, "manifest_hash": row.manifest_hash, "reason": row.reason}


def _move(journal: Journal, row: ReleaseRow, to: ReleaseState, actor: str, **why: int | None) -> None:
    before = {"state": row.state.value}
    move(row, to)
    journal.add(actor, f"release.{to}", _id(row), before=before, after=_snapshot(row) | why)


def _check_manifest(session: Session, market: str, manifest: Manifest) -> None:
    """Every item is released once, and is what a person approved, to the byte."""
    if not manifest:
        raise BlockedError(f"there is nothing to publish in {market}", "approve something first: kb review list")
    query = select(EntryRow.id, RevisionRow).join(RevisionRow, EntryRow.approved_revision_id == RevisionRow.id)
    approved = dict(session.execute(query.where(EntryRow.market == market, MAY_BE_SAID)).tuples().all())
    seen: set[str] = set()
    for item in manifest:
        row = approved.get(item.entry_id)
        if item.entry_id in seen or row is None or row.id != item.revision_id:
            raise BlockedError(
                f"revision {item.revision_id} is not the one approved text of entry {item.entry_id} in {market}",
                "make the manifest anew: kb release publish",
            )
        if row.text.hash != item.text_hash or row.value().id != row.id:
            raise BlockedError(
                f"the text of revision {row.id} is not the one that was approved", "restore a backup; see: kb audit verify"
            )
        seen.add(item.entry_id)


def _check_expected(market: str, pointer: LiveRow | None, expected: int | None) -> None:
    live = pointer.number if pointer else None
    if live != expected:
        here, there = (release_id(market, number) if number else "nothing" for number in (live, expected))
        raise ConflictError(f"{here} is live in {market}, not {there}", "somebody was faster; look again: kb release list")


def _move_entries(session: Session, journal: Journal, release: ReleaseRow, actor: str) -> None:
    """Entries that are released as they are approved are published; published ones that no longer are, are approved."""
    released = and_(
        ReleaseItemRow.market == release.market,
        ReleaseItemRow.number == release.number,
        ReleaseItemRow.entry_id == EntryRow.id,
        ReleaseItemRow.revision_id == EntryRow.approved_revision_id,
    )
    is_released = ReleaseItemRow.entry_id.is_not(None)
    due = or_(
        and_(is_released, EntryRow.state == EntryState.APPROVED), and_(~is_released, EntryRow.state == EntryState.PUBLISHED)
    )
    query = select(EntryRow).outerjoin(ReleaseItemRow, released).where(EntryRow.market == release.market, due)
    for row in session.scalars(query.order_by(EntryRow.id)):
        before = {"state": row.state.value}
        move(row, EntryState.PUBLISHED if row.state is EntryState.APPROVED else EntryState.APPROVED)
        after = {"state": row.state.value, "revision": row.approved_revision_id, "release": _id(release)}
        journal.add(actor, f"entry.{row.state}", row.id, before=before, after=after)
