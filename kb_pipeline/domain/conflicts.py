"""Texts of one market that cannot both be true, and a person's word on them."""

from datetime import datetime

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.releases import ManifestItem
from kb_pipeline.errors import BlockedError


class Conflict(Value):
    """Two texts of a market that answer one question differently; the first has the smaller entry id.

    A word holds for these two texts only: `settled_by` empty: nobody said; `holds`: the entry that holds, empty: both do.
    """

    market: str
    first_entry: str
    second_entry: str
    first_revision: str
    second_revision: str
    why: str  # what differs, e.g. `facts differ: 15 days / 30 days`
    settled_by: str = ""
    holds: str = ""
    comment: str = ""
    at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the two may not be said together: nobody said that both hold."""
        return not self.settled_by or bool(self.holds)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others: the two revisions."""
        return self.first_revision, self.second_revision


def check_word(conflict: Conflict, holds: str, reason: str) -> None:
    """What a person's word on a conflict must satisfy. Raises BlockedError."""
    if not reason.strip():
        raise BlockedError("a word on a contradiction without a reason", "say why: --reason")
    if holds not in ("", conflict.first_entry, conflict.second_entry):
        raise BlockedError(
            f"entry {holds} is none of the two", f"name {conflict.first_entry} or {conflict.second_entry}, or say --both"
        )


def may_meet(one: ManifestItem, other: ManifestItem) -> bool:
    """Whether some market may say both on one day: a price of this year does not contradict that of the next."""
    if one.markets and other.markets and not set(one.markets) & set(other.markets):
        return False
    starts = [day for day in (one.valid_from, other.valid_from) if day]
    ends = [day for day in (one.valid_until, other.valid_until) if day]
    return not (starts and ends) or max(starts) <= min(ends)
