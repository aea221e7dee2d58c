"""The store of `KB_HOME`, and what stands beside it: the audit trail's keys and anchor, accounts, backups."""

from pathlib import Path
from typing import TYPE_CHECKING

from kb_pipeline.errors import StoreError
from kb_pipeline.failpoints import failpoint_at
from kb_pipeline.ports.accounts import AccountStore
from kb_pipeline.settings import Settings

if TYPE_CHECKING:
    from kb_pipeline.adapters.audit.anchor_file import AnchorFile
    from kb_pipeline.adapters.audit.key_file import GivenKeys, KeyFile
    from kb_pipeline.adapters.store_sql import SqlStore
    from kb_pipeline.adapters.store_sql.backup import SqliteBackups
    from kb_pipeline.services.access.accounts import Accounts


def has_store(settings: Settings) -> bool:
    """Whether there is a database: to look at one must not make it."""
    url = settings.store_url
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()


def check_never_was(settings: Settings) -> None:
    """Let no empty database take the place of one that is gone. Raises StoreError where the anchor knows events of it."""
    anchor = open_audit_anchor(settings)
    known = max((mark.count for mark in anchor.marks()), default=0) if anchor else 0
    if anchor and known:
        raise StoreError(
            f"the database is gone, and the anchor '{anchor.path}' knows {known} events of it",
            "put it back, or restore a backup: kb restore FILE; to begin anew, remove the whole home",
        )


def open_store(settings: Settings) -> "SqlStore":
    """The store of `KB_HOME`, created and migrated if need be. Raises StoreError, also where there was one that is gone."""
    from kb_pipeline.adapters.store_sql import SqlStore

    if not has_store(settings):
        check_never_was(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    keys, anchor = open_audit_keys(settings), open_audit_anchor(settings)
    return SqlStore(settings.store_url, keys, anchor, failpoint_at(settings.failpoint))


def open_audit_keys(settings: Settings) -> "KeyFile | GivenKeys":
    """The keys of the audit trail: those of the settings, or of the file. Raises StoreError for one that is too short."""
    from kb_pipeline.adapters.audit.key_file import GivenKeys, KeyFile

    given = settings.audit_key.get_secret_value().strip()
    return GivenKeys(given) if given else KeyFile(settings.audit_key_file or settings.home / "audit.key")


def open_audit_anchor(settings: Settings) -> "AnchorFile | None":
    """Where the audit trail's head is written down; None where it is switched off."""
    from kb_pipeline.adapters.audit.anchor_file import AnchorFile

    if settings.audit_anchor == "off":
        return None
    return AnchorFile(Path(settings.audit_anchor) if settings.audit_anchor else settings.home / "audit.anchor")


def open_accounts(store: AccountStore) -> "Accounts":
    """Users, sessions and API keys."""
    from kb_pipeline.adapters.passwords_argon2 import Argon2Passwords
    from kb_pipeline.services.access.accounts import Accounts

    return Accounts(store, Argon2Passwords())


def open_backups(settings: Settings) -> "SqliteBackups":
    """Backups of the store. Raises StoreError unless it is SQLite's."""
    from kb_pipeline.adapters.store_sql.backup import SqliteBackups

    keys, anchor = open_audit_keys(settings), open_audit_anchor(settings)
    return SqliteBackups(settings.store_url, keys, anchor, failpoint_at(settings.failpoint))
