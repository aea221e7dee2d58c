"""What whoever can write the database does to it by hand, and a store in which something of everything happened."""

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from kb_pipeline.adapters.audit.key_file import GivenKeys
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.accounts import ApiKey, Role, Session, User
from kb_pipeline.domain.audit import GENESIS, link
from kb_pipeline.domain.changes import RiskTier, Verdict
from kb_pipeline.domain.conflicts import Conflict
from kb_pipeline.domain.releases import ManifestItem, ReleaseReport
from kb_pipeline.domain.translation_memory import MemoryUnit
from tests.adapters.store_sql.samples import MARKETS, change_of, decision_of, edit_of, revision_of

KEYS = GivenKeys(secrets.token_hex(32))
COLUMNS = ("at", "actor", "action", "subject", "before", "after")


def fill(store: SqlStore) -> None:
    """Something in every table that the trail vouches for, in English and Thai."""
    for market in MARKETS:
        for key in ("faq", "other"):
            change = change_of(market, key, risk=RiskTier.HIGH)
            store.propose(change)
            store.decide(decision_of(change, actor="ann"))
            store.decide(decision_of(change, actor="สมชาย", seen=2))
        edited = change_of(market, "edited")
        store.propose(edited)
        text_ = edit_of(revision_of(market, "edited", note=" แก้แล้ว"))
        store.decide(decision_of(edited, Verdict.EDIT, comment="สั้นลง"), text_)
        rejected = change_of(market, "rejected")
        store.propose(rejected)
        store.decide(decision_of(rejected, Verdict.REJECT, comment="ผิด"))
        store.propose(change_of(market, "waiting"))
        for number in (1, 2):
            publish(store, market, number)
        store.go_live(market, 1, "มาลี", 2)
        store.withdraw_entry(edited.entry_id, "มาลี", "ผิด")
        one, two = (store.approved_text(change_of(market, key).entry_id) for key in ("faq", "other"))
        first, second = sorted((one, two), key=lambda revision: revision.entry_id)
        conflict = Conflict(
            market=market, first_entry=first.entry_id, second_entry=second.entry_id, first_revision=first.id,
            second_revision=second.id, why="7 วัน", at=datetime.now(UTC),
        )  # fmt: skip
        store.save_conflicts([conflict], store.release(market, 1))
        store.settle_conflict(conflict, "มาลี", "", "ถูกทั้งคู่")
    store.save_user(User(name="มาลี", role=Role.ADMIN), "hash", "ann")
    for token in ("one", "two"):
        now = datetime.now(UTC)
        later = now + timedelta(hours=8)
        store.save_session(Session(token_hash=token, user="มาลี", csrf="csrf", created_at=now, expires_at=later))
    store.end_session("two")
    for market, target in (("th-TH", "ไม่ได้"), ("en-US", "You cannot.")):
        unit = MemoryUnit(market=market, source_language="de", source="Nein.", target=target, origin="agency.tmx")
        store.save_memory_units([unit], "มาลี")
    store.add_key(ApiKey(id="k1", name="ร้าน"), "hash", "ann")


def publish(store: SqlStore, market: str, number: int) -> None:
    """Release what is approved, as release `number`."""
    texts = [entry.revision for entry in store.approved_entries(market)]
    manifest = tuple(ManifestItem(entry_id=r.entry_id, revision_id=r.id, text_hash=r.text.hash) for r in texts)
    store.begin_release(market, manifest, f"e{number}", "dara")
    store.end_verification(market, number, ReleaseReport(entries=len(texts), texts=len(texts)))
    store.go_live(market, number, "dara", store.live_numbers().get(market))


def events_of(connection: Connection) -> list[dict[str, Any]]:
    """All events, without what only whoever has the key can write."""
    found = connection.execute(text("SELECT at, actor, action, subject, before, after FROM events ORDER BY seq"))
    rows = [dict(row) for row in found.mappings()]
    loaded = ("before", "after")
    return [row | {name: json.loads(row[name]) if isinstance(row[name], str) else row[name] for name in loaded} for row in rows]


def chain_again(connection: Connection, events: Sequence[dict[str, Any]]) -> None:
    """Give the trail other events, with a chain that fits them: all that can be done without the key."""
    connection.execute(text("DELETE FROM events"))
    last = GENESIS
    for seq, row in enumerate(events, 1):
        read = row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"]).replace(tzinfo=UTC)
        at = read.astimezone(UTC).isoformat().replace("+00:00", "Z")
        made = link(last, row | {"seq": seq, "at": at})
        jsons = {name: row[name] and json.dumps(row[name], ensure_ascii=False) for name in ("before", "after")}
        connection.execute(
            text(
                "INSERT INTO events (seq, at, actor, action, subject, before, after, prev_hash, hash) "
                "VALUES (:seq, :at, :actor, :action, :subject, :before, :after, :prev, :made)"
            ),
            row | jsons | {"seq": seq, "prev": last, "made": made},
        )
        last = made
    connection.execute(text("UPDATE audit_head SET count = :count, hash = :last"), {"count": len(events), "last": last})
