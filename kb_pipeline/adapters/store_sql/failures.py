"""The items that failed and are not done yet."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select

from kb_pipeline.adapters.store_sql.audit import Journal
from kb_pipeline.adapters.store_sql.engine import Part, batches
from kb_pipeline.adapters.store_sql.schema_failures import FailedItemRow
from kb_pipeline.domain.failures import FailedItem
from kb_pipeline.errors import NotFoundError


class SqlFailures(Part):
    """`ports.failures`."""

    def failed_items(self, stage: str | None = None) -> Sequence[FailedItem]:
        """The items of one stage, or of all, by stage and name."""
        query = select(FailedItemRow).order_by(FailedItemRow.stage, FailedItemRow.item, FailedItemRow.id)
        if stage is not None:
            query = query.where(FailedItemRow.stage == stage)
        with self._db.read() as session:
            return [row.value() for row in session.scalars(query)]

    def save_failed_item(self, item: FailedItem) -> None:
        """Keep an item as it failed last; durable on return."""
        with self._db.write() as session:
            session.merge(FailedItemRow(**dict(item)))

    def forget_failed_items(self, ids: Collection[str]) -> None:
        """Forget items that are done, or that nobody wants any more."""
        if ids:
            with self._db.write() as session:
                for some in batches(sorted(ids)):
                    session.execute(delete(FailedItemRow).where(FailedItemRow.id.in_(some)))

    def try_again(self, ids: Collection[str], actor: str) -> Sequence[FailedItem]:
        """Let the next run try the items as if they had never failed; audited. Raises NotFoundError for an unknown id."""
        with self._db.write() as session:
            journal, given = Journal(session), list[FailedItem]()
            for id_ in sorted(ids):
                row = session.get(FailedItemRow, id_)
                if row is None:
                    raise NotFoundError(f"no failed item '{id_}'", "see what failed: kb status")
                given.append(row.value())
                journal.add(actor, "item.retried", id_, before=row.value().model_dump(mode="json"))
                row.runs = 0
            return given
