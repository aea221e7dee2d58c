"""Entries as people find them, and silencing one. Every write appends its audit events in the same transaction."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from kb_pipeline.domain.changes import EntryState
from kb_pipeline.domain.entries import HeldText, ListedEntry, WithdrawnText


class EntryList(Protocol):
    """Entries in any state."""

    def listed_entries(self, market: str | None = None, state: EntryState | None = None) -> Iterator[ListedEntry]:
        """Entries by market and id, read a page at a time: memory does not grow with their number."""

    def listed_entry(self, id_prefix: str) -> ListedEntry:
        """The entry whose id starts with `id_prefix`. Raises NotFoundError, also when several do."""

    def releases_with(self, entry_id: str) -> Sequence[HeldText]:
        """The releases that hold a text of the entry, newest first."""


class WithdrawnTexts(Protocol):
    """Which texts no release may say."""

    def withdrawn_revisions(self) -> Mapping[str, frozenset[str]]:
        """The ids of all withdrawn texts, by market. Cheap: readers ask many times a minute."""

    def withdrawn_texts(self, entry_id: str) -> Sequence[WithdrawnText]:
        """The withdrawn texts of an entry, oldest withdrawal first."""


class Withdrawals(WithdrawnTexts, Protocol):
    """Silences entries at once, and takes that back."""

    def withdraw_entry(self, entry_id: str, actor: str, reason: str) -> Sequence[WithdrawnText]:
        """Silence an entry: its approved text, and every text of it that a release holds; those that were not silent before.

        Raises NotFoundError, BlockedError (no reason, never approved, withdrawn already, or no release holds a retired one).
        """

    def restore_entry(self, entry_id: str, actor: str, reason: str) -> Sequence[WithdrawnText]:
        """Take an entry's last withdrawal back; the texts that may be said again. What was withdrawn before it stays silent.

        Raises NotFoundError, BlockedError (no reason, or it is not withdrawn).
        """
