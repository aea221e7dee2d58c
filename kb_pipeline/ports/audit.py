"""The audit trail with its keys and its anchor, and the counts of what is stored."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from kb_pipeline.domain.audit import AnchorMark, AuditEvent, AuditKey, AuditReport
from kb_pipeline.domain.faqs import Usage


class AuditKeys(Protocol):
    """The keys of the trail. They are never in the database."""

    def current(self) -> AuditKey | None:
        """The one that new events get; made where there is none yet. None: events get no key."""

    def known(self) -> Sequence[AuditKey]:
        """All that there are, oldest first; none is made."""

    def signed_from(self) -> int | None:
        """The first event that had a key, as it was written down beside the keys; None: it was not."""

    def note_signed(self, first: int) -> None:
        """Write that down, once, after a commit. Never raises: what is done is done."""


class AuditAnchor(Protocol):
    """Where the trail's head is written down outside the database. It may lag behind the trail, and is never ahead."""

    def note(self, count: int, head: str) -> None:
        """Write down the head after a commit. Never raises: what is done is done."""

    def restart(self, count: int, head: str, why: str) -> None:
        """From here on only what comes now counts: a backup was restored, or a person took the trail as it is."""

    def marks(self) -> Sequence[AnchorMark]:
        """What was written down since the last restart, oldest first."""


class AuditEvents(Protocol):
    """Who did what."""

    def events(self, subject: str | None = None, limit: int | None = None) -> Sequence[AuditEvent]:
        """The last `limit` audit events (None: all), of one subject or of all, oldest first."""


class TrailProof(Protocol):
    """The proof that the trail is whole and explains what is stored."""

    def unproven(self, market: str) -> Sequence[str]:
        """What speaks against publishing in a market, in words. It walks the whole trail, once."""


class AuditTrail(AuditEvents, TrailProof, Protocol):
    """The trail, its proof, and a copy of it."""

    def verify_chain(self) -> int | None:
        """The number of the first audit event that was changed, removed or put in; None if the trail is whole."""

    def audit_head(self) -> tuple[int, str]:
        """The number of audit events and the hash of the last one; written down elsewhere, they prove a cut."""

    def verify_trail(self, marks: Sequence[AnchorMark] = ()) -> AuditReport:
        """Walk all events against all rows, once. `marks`: heads of before, beside those of the anchor."""

    def note_new_key(self, actor: str) -> None:
        """Write down that another key is in use from now on."""

    def links(self) -> Iterator[dict[str, Any]]:
        """All events as they are chained, oldest first, each with its `prev_hash` and `hash`."""

    def seal_trail(self, actor: str, reason: str) -> AuditReport:
        """Vouch for everything as it stands from here on; what was found before it."""


class Counts(Protocol):
    """How much of what is stored."""

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Per market: changes by state, entries by state, and imported entries."""

    def call_totals(self) -> tuple[int, Usage]:
        """The number of all stored model calls, and what they used; the cost is None when one of them is unknown."""
