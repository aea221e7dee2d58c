"""The store in a SQL database: SQLite by default, PostgreSQL by its URL. One module per subject."""

from kb_pipeline.adapters.store_sql.accounts import SqlAccounts
from kb_pipeline.adapters.store_sql.articles import SqlArticles
from kb_pipeline.adapters.store_sql.batches import SqlBatches
from kb_pipeline.adapters.store_sql.call_history import SqlCallHistory
from kb_pipeline.adapters.store_sql.calls import SqlCalls
from kb_pipeline.adapters.store_sql.changes import SqlChanges
from kb_pipeline.adapters.store_sql.comparisons import SqlComparisons
from kb_pipeline.adapters.store_sql.conflicts import SqlConflicts
from kb_pipeline.adapters.store_sql.decisions import SqlDecisions
from kb_pipeline.adapters.store_sql.engine import Database, Kept
from kb_pipeline.adapters.store_sql.entries import SqlEntries
from kb_pipeline.adapters.store_sql.entry_list import SqlEntryList
from kb_pipeline.adapters.store_sql.evidence import SqlEvidence
from kb_pipeline.adapters.store_sql.failures import SqlFailures
from kb_pipeline.adapters.store_sql.faqs import SqlFaqs
from kb_pipeline.adapters.store_sql.holds import SqlHolds
from kb_pipeline.adapters.store_sql.leases import SqlLeases
from kb_pipeline.adapters.store_sql.query_log import SqlQueries
from kb_pipeline.adapters.store_sql.releases import SqlReleases
from kb_pipeline.adapters.store_sql.trail import SqlAudit
from kb_pipeline.adapters.store_sql.translation_memory import SqlMemory
from kb_pipeline.adapters.store_sql.vectors import SqlVectors
from kb_pipeline.adapters.store_sql.withdrawals import SqlWithdrawals
from kb_pipeline.ports.audit import AuditAnchor, AuditKeys
from kb_pipeline.ports.releases import Failpoint

__all__ = ["SqlStore"]


class SqlStore(
    SqlCalls,
    SqlCallHistory,
    SqlLeases,
    SqlBatches,
    SqlFailures,
    SqlVectors,
    SqlArticles,
    SqlFaqs,
    SqlEntries,
    SqlEntryList,
    SqlChanges,
    SqlDecisions,
    SqlReleases,
    SqlHolds,
    SqlConflicts,
    SqlComparisons,
    SqlWithdrawals,
    SqlAccounts,
    SqlQueries,
    SqlMemory,
    SqlAudit,
    SqlEvidence,
):
    """Every store of `ports` over one database. Thread-safe; every write is durable when its method returns."""

    def __init__(
        self,
        url: str,
        keys: AuditKeys | None = None,
        anchor: AuditAnchor | None = None,
        failpoint: Failpoint = lambda _: None,
    ) -> None:
        """Open the database at the SQLAlchemy `url` and migrate it if need be. Raises StoreError.

        `keys`: of the audit trail; None: its events get none. `anchor`: where its head is written down after each commit.
        """
        super().__init__(Database(url, Kept(keys, anchor), failpoint))

    def close(self) -> None:
        """Give the connections back."""
        self._db.close()
