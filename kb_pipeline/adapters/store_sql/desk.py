"""What the review page asks beyond changes and decisions: an earlier source text, and how much was decided. Read only."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from kb_pipeline.adapters.store_sql.engine import Part
from kb_pipeline.adapters.store_sql.schema import ChangeRow, DecisionRow, SourceFaqRow
from kb_pipeline.domain.faqs import SourceFaq


class SqlDesk(Part):
    """An earlier source text (`ports.faqs`) and how much was decided (`ports.changes`)."""

    def source_faq_at(self, id_: str, revision: int) -> SourceFaq | None:
        """One revision of a source FAQ."""
        query = select(SourceFaqRow.value).where(SourceFaqRow.id == id_, SourceFaqRow.revision == revision)
        with self._db.read() as session:
            return session.scalars(query).first()

    def decided_since(self, at: datetime) -> Mapping[str, int]:
        """Per market, the number of decisions since `at`."""
        query = (
            select(ChangeRow.market, func.count())
            .join(DecisionRow, DecisionRow.change_id == ChangeRow.id)
            .where(DecisionRow.at >= at)
            .group_by(ChangeRow.market)
        )
        with self._db.read() as session:
            return dict(session.execute(query).tuples().all())
