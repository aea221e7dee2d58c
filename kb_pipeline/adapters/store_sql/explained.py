"""The rows that the audit trail does not explain: changed, put in or deleted by hand, or approved by nobody. Reads only."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb_pipeline.adapters.store_sql.schema import EntryRow
from kb_pipeline.adapters.store_sql.schema_serving import ReleaseItemRow, ReleaseRow
from kb_pipeline.adapters.store_sql.seals import SEALED_TABLES, sealed_rows
from kb_pipeline.domain.audit import AuditFinding
from kb_pipeline.domain.changes import EntryState
from kb_pipeline.domain.releases import ManifestItem, manifest_hash, release_id
from kb_pipeline.steps.audit.walk import Walk, changed_by_hand

_SAYING = frozenset({EntryState.APPROVED, EntryState.PUBLISHED, EntryState.WITHDRAWN})


def unexplained(session: Session, walk: Walk) -> Iterator[AuditFinding]:
    """What the walk through all events does not explain, table by table."""
    expected = dict(walk.rows)
    for table in SEALED_TABLES:
        for name, digest, row in sealed_rows(session, table):
            market = str(row.get("market") or "")
            known = expected.pop(name, None)
            if walk.is_sealed and known is None:
                yield AuditFinding(place=name, message="was put in by hand: no event knows it", market=market)
            elif walk.is_sealed and known != digest:
                yield changed_by_hand(name, market=market)
            if table is EntryRow and row["state"] in _SAYING:
                yield from _unproven(name, market, row, walk)
    gone = (name for name, digest in expected.items() if digest is not None)
    yield from (AuditFinding(place=name, message="was deleted by hand") for name in gone)
    for market, number, items in other_manifests(session):
        id_ = release_id(market, number)
        if walk.items.get(id_) != items:
            yield AuditFinding(place=f"releases/{id_}", message="has other items than it was made with", market=market)


def _unproven(name: str, market: str, row: Mapping[str, Any], walk: Walk) -> Iterator[AuditFinding]:
    missing = walk.approvals.missing(str(row["id"]), str(row["approved_revision_id"]))
    if missing:
        yield AuditFinding(place=name, message=missing, market=market)


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
