"""The rows that the audit trail does not explain: changed, put in or deleted by hand, or approved by nobody. Reads only."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb_pipeline.adapters.store_sql.foreign import foreign_objects
from kb_pipeline.adapters.store_sql.schema import EntryRow, RevisionRow
from kb_pipeline.adapters.store_sql.schema_serving import ReleaseItemRow, ReleaseRow
from kb_pipeline.adapters.store_sql.seals import SEALED_TABLES, sealed_rows
from kb_pipeline.domain.audit import AuditFinding
from kb_pipeline.domain.changes import EntryState
from kb_pipeline.domain.faqs import Revision
from kb_pipeline.domain.releases import ManifestItem, manifest_hash, release_id
from kb_pipeline.steps.audit.walk import Walk, changed_by_hand

_SAYING = frozenset({EntryState.APPROVED, EntryState.PUBLISHED})  # of a withdrawn one it is asked when it is said again
_PLAIN, _CARRIED = ("entry_id", "market", "language"), ("text", "citations", "provenance")  # columns of a text
_ANOTHER = "says another text than its id {} stands for: nobody approved it"
_WITHDRAW, _CORRECT = "kb entry withdraw {}", "; or kb entry correct {}, and approve that text"


def unexplained(session: Session, walk: Walk) -> Iterator[AuditFinding]:
    """What the walk through all events does not explain, table by table."""
    yield from foreign_objects(session)
    expected, misnamed = dict(walk.rows), set[str]()  # texts, which come before entries
    for table in SEALED_TABLES:
        for name, digest, row in sealed_rows(session, table):
            market = str(row.get("market") or "")
            known = expected.pop(name, None)
            if walk.is_sealed and known is None:
                yield AuditFinding(place=name, message="was put in by hand: no event knows it", market=market)
            elif walk.is_sealed and known != digest:
                yield changed_by_hand(name, market=market)
            if table is RevisionRow and not _is_itself(row):
                misnamed.add(str(row["id"]))
            if table is EntryRow and row["state"] in _SAYING:
                yield from _unproven(name, market, row, walk, misnamed)
    gone = (name for name, digest in expected.items() if digest is not None)
    yield from (AuditFinding(place=name, message="was deleted by hand") for name in gone)
    for market, number, items in other_manifests(session):
        id_ = release_id(market, number)
        if walk.items.get(id_) != items:
            yield AuditFinding(place=f"releases/{id_}", message="has other items than it was made with", market=market)


def _unproven(name: str, market: str, row: Mapping[str, Any], walk: Walk, misnamed: Collection[str]) -> Iterator[AuditFinding]:
    entry, revision = str(row["id"]), str(row["approved_revision_id"])
    missing, remedy = walk.approvals.missing(entry, revision), (_WITHDRAW + _CORRECT).format(entry, entry)
    if revision in misnamed:  # no correction starts from it
        missing, remedy = _ANOTHER.format(revision), _WITHDRAW.format(entry)
    if missing:
        yield AuditFinding(place=name, message=missing, market=market, remedy=remedy)


def _is_itself(row: Mapping[str, Any]) -> bool:
    """Whether a text, as the driver gives it, is the one that its id stands for."""
    try:
        carried = {name: json.loads(row[name]) if isinstance(row[name], str) else row[name] for name in _CARRIED}
        return Revision.model_validate({name: row[name] for name in _PLAIN} | carried).id == str(row["id"])
    except (ValueError, TypeError):  # what was tampered with need not be readable
        return False


def other_manifests(session: Session) -> Iterator[tuple[str, int, str]]:
    """The releases whose items are not those that their hash stands for: market, number, hash of the items as they are."""
    query = select(ReleaseRow.market, ReleaseRow.number, ReleaseRow.manifest_hash, ReleaseRow.embedder)
    known = {(market, number): (hash_, embedder) for market, number, hash_, embedder in session.execute(query).tuples()}
    held = select(ReleaseItemRow.market, ReleaseItemRow.number).distinct()
    for market, number in sorted(known.keys() | {(m, n) for m, n in session.execute(held).tuples()}):
        hash_, embedder = known.get((market, number), ("", ""))
        found = _manifest_hash(session, market, number, embedder)
        if found != hash_:
            yield market, number, found


def _manifest_hash(session: Session, market: str, number: int, embedder: str) -> str:
    """The hash of the items as they are; empty where they cannot be read."""
    items = session.scalars(select(ReleaseItemRow).filter_by(market=market, number=number))
    try:
        manifest: tuple[ManifestItem, ...] = tuple(item.value() for item in items)
    except ValueError:
        return ""
    return manifest_hash(market, manifest, embedder)
