"""What a person does with an entry that is there: withdraw it, restore it. Every word is audited."""

from typing import Protocol

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.entries import ListedEntry
from kb_pipeline.errors import ForbiddenError
from kb_pipeline.ports.entries import Withdrawals
from kb_pipeline.services.entries.catalog import Catalog, CatalogStore, EntryView


class CuratorStore(CatalogStore, Withdrawals, Protocol):
    """What it takes of the store."""


class Curator:
    """The use case of one person, `user`, who sees nothing of markets that are not theirs."""

    def __init__(self, store: CuratorStore, user: User) -> None:
        self.catalog = Catalog(store, user)
        self._store = store
        self._user = user

    def withdraw(self, id_prefix: str, reason: str) -> EntryView:
        """Silence the entry at once, whatever release is live, until it is restored or another text is approved.

        Raises NotFoundError, ForbiddenError, BlockedError (no reason, never approved, withdrawn already).
        """
        entry = self._entry_for(id_prefix, Role.PUBLISHER, "withdraw")
        self._store.withdraw_entry(entry.id, self._user.name, reason)
        return self.catalog.view(entry.id)

    def restore(self, id_prefix: str, reason: str) -> EntryView:
        """Take the withdrawal back. Raises NotFoundError, ForbiddenError, BlockedError (no reason, not withdrawn)."""
        entry = self._entry_for(id_prefix, Role.PUBLISHER, "restore")
        self._store.restore_entry(entry.id, self._user.name, reason)
        return self.catalog.view(entry.id)

    def _entry_for(self, id_prefix: str, role: Role, act: str) -> ListedEntry:
        """The entry, for a person with `role` in its market."""
        entry = self.catalog.entry(id_prefix)
        if not self._user.may(role, entry.market):
            raise ForbiddenError(f"'{self._user.name}' may look, but not {act}", f"ask an admin for the role {role}")
        return entry
