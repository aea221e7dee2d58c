"""The audit trail's events, each chained to the one before by its hash, keyed by a secret that the database does not hold."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from kb_pipeline.domain.base import Value

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
GENESIS = "0" * 64  # the hash before the first event
SEALED = "trail.sealed"  # the event from which on the trail vouches for every row as it was found
UNKEYED_REMEDY = "put the file with the key there, or name it by KB_AUDIT_KEY_FILE; if the key is lost: kb audit seal"
UNSIGNED_REMEDY = (
    "somebody wrote the trail anew: see kb audit verify; restore a backup: kb restore FILE; or take it as it is: kb audit seal"
)

Seals = Mapping[str, tuple[str | None, str | None]]  # row -> its digest before and after; None: there was none, or is none


class AuditEvent(Value):
    """Who did what to what, when, and what was there before and after."""

    seq: int
    at: datetime
    actor: str
    action: str  # e.g. `change.approve`, `entry.retired`, `release.live`
    subject: str  # the id of a change, an entry or a release; `user/NAME`; `key/ID`
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def fields(self, seals: Seals | None = None, key: str | None = None) -> dict[str, Any]:
        """The event as JSON, with the rows that were written in its transaction and the id of its key."""
        return self.model_dump(mode="json") | ({} if seals is None else {"rows": seals}) | ({"key": key} if key else {})

    def hash(self, prev_hash: str) -> str:
        """The chain's next link for an event without a key."""
        return link(prev_hash, self.fields())


@dataclass(frozen=True)
class AuditKey:
    """A secret that events are keyed with. Its id stands in each of them and gives nothing away."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> Self:
        """The key of this secret."""
        raw = secret.encode()
        return cls(hashlib.sha256(b"kb audit key\0" + raw).hexdigest()[:8], raw)

    def sign(self, content: bytes) -> str:
        """HMAC-SHA-256, as 64 hex digits."""
        return hmac.new(self.secret, content, "sha256").hexdigest()


def canonical(prev_hash: str, fields: Mapping[str, Any]) -> bytes:
    """What is hashed: the link before and the event as canonical JSON."""
    return _ENCODER.encode([prev_hash, fields]).encode("utf-8", "surrogatepass")


def link(prev_hash: str, fields: Mapping[str, Any], key: AuditKey | None = None) -> str:
    """The chain's next link, 64 hex digits: HMAC-SHA-256 with a key, else SHA-256, of the link before and the event."""
    return link_of(canonical(prev_hash, fields), key)


def link_of(content: bytes, key: AuditKey | None) -> str:
    """As `link`, of what `canonical` gives."""
    return key.sign(content) if key else hashlib.sha256(content).hexdigest()


class AnchorMark(Value):
    """What the trail's head was at some time, written down outside the database."""

    count: int
    head: str


class AuditFinding(Value):
    """Something that the trail does not explain."""

    place: str  # `event 12`, or a row as `entries/ID`
    message: str
    market: str = ""  # empty: it concerns all markets
    remedy: str = ""  # empty: a backup, or a seal

    def __str__(self) -> str:
        """The place and what is wrong with it."""
        return f"{self.place} {self.message}"


def first_bad(findings: Iterable[AuditFinding]) -> int | None:
    """The number of the first event that is not as it was written."""
    numbers = (int(f.place.removeprefix("event ")) for f in findings if f.place.startswith("event "))
    return min(numbers, default=None)


class AuditReport(Value):
    """What walking the whole trail against the rows found."""

    events: int
    head: str
    keyed: int  # of the events, also where the key is not here
    is_sealed: bool  # whether every row must be explained; False: nothing was written since the trail knows rows
    anchored: int | None  # the last event that the anchor knows; None: it knows none
    findings: tuple[AuditFinding, ...] = ()
    accepted: tuple[AuditFinding, ...] = ()  # what a person took as it was, with `kb audit seal`

    @property
    def first_bad(self) -> int | None:
        """The number of the first event that is not as it was written."""
        return first_bad(self.findings)

    def concerning(self, market: str) -> tuple[AuditFinding, ...]:
        """The findings that speak against publishing in a market."""
        return tuple(finding for finding in self.findings if finding.market in ("", market))
