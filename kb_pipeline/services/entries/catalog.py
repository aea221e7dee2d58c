"""Finding entries, and all that is known of one. Reads only."""

from collections.abc import Iterator
from typing import Protocol

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.audit import AuditEvent
from kb_pipeline.domain.base import Value, comparison_key
from kb_pipeline.domain.changes import Change, EntryState
from kb_pipeline.domain.conflicts import Conflict
from kb_pipeline.domain.entries import HeldText, ListedEntry, WithdrawnText
from kb_pipeline.errors import NotFoundError
from kb_pipeline.ports.audit import AuditEvents
from kb_pipeline.ports.changes import Changes
from kb_pipeline.ports.entries import EntryList, WithdrawnTexts
from kb_pipeline.ports.releases import Conflicts

_APPROVED = (EntryState.APPROVED, EntryState.PUBLISHED)


class CatalogStore(EntryList, Changes, Conflicts, WithdrawnTexts, AuditEvents, Protocol):
    """What looking entries up takes of the store."""


class EntryFilter(Value):
    """Which entries a person looks for; what is empty lets everything through."""

    market: str = ""
    state: EntryState | None = None
    text: str = ""

    def selects(self, entry: ListedEntry) -> bool:
        """Whether the entry's id or one of its texts has the words."""
        wanted = comparison_key(self.text).casefold()
        text = entry.revision.text if entry.revision else None
        texts = (text.question, text.answer, *text.phrasings) if text else ()
        return not wanted or any(wanted in comparison_key(each).casefold() for each in (entry.id, *texts))


class EntryView(Value):
    """An entry with all that is known of it. `releases` come newest first, `history` oldest first."""

    entry: ListedEntry
    releases: tuple[HeldText, ...] = ()
    withdrawn: tuple[WithdrawnText, ...] = ()
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()  # with other entries' texts, also of texts that it said before
    history: tuple[AuditEvent, ...] = ()

    @property
    def withdrawal(self) -> WithdrawnText | None:
        """The withdrawal that counts: who, when, why; None where it is not withdrawn."""
        return self.withdrawn[-1] if self.withdrawn and self.entry.state is EntryState.WITHDRAWN else None

    @property
    def may_be_withdrawn(self) -> bool:
        """Whether there is something to silence; a retired entry is said until the next release."""
        silent = {text.revision_id for text in self.withdrawn}
        is_held = any(held.revision_id not in silent for held in self.releases)
        return self.entry.state in _APPROVED or (self.entry.state is EntryState.RETIRED and is_held)


class Catalog:
    """The entries that one person, `user`, may see."""

    def __init__(self, store: CatalogStore, user: User) -> None:
        self._store = store
        self._user = user

    def find(self, wanted: EntryFilter) -> Iterator[ListedEntry]:
        """The entries that pass the filter, by market and id, read only as far as they are asked for."""
        found = self._store.listed_entries(wanted.market or None, wanted.state)
        return (e for e in found if self._user.may(Role.VIEWER, e.market) and wanted.selects(e))

    def entry(self, id_prefix: str) -> ListedEntry:
        """The entry whose id starts so. Raises NotFoundError, also for one of a market that the person may not see."""
        entry = self._store.listed_entry(id_prefix)
        if not self._user.may(Role.VIEWER, entry.market):
            raise NotFoundError(f"no entry '{id_prefix}'", "list the ids: kb entry list")
        return entry

    def view(self, id_prefix: str) -> EntryView:
        """The entry with its releases, withdrawals, changes and history. Raises NotFoundError."""
        entry = self.entry(id_prefix)
        changes = self._store.changes(entry.market, (), entry.id)
        events = [event for subject in (entry.id, *(c.id for c in changes)) for event in self._store.events(subject)]
        return EntryView(
            entry=entry,
            releases=tuple(self._store.releases_with(entry.id)),
            withdrawn=tuple(self._store.withdrawn_texts(entry.id)),
            changes=tuple(changes),
            conflicts=tuple(c for c in self._store.conflicts(entry.market) if entry.id in (c.first_entry, c.second_entry)),
            history=tuple(sorted(events, key=lambda event: event.seq)),
        )
