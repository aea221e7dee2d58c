"""The query log and the outcomes of its answers. What is written here was redacted before."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from kb_pipeline.adapters.store_sql.engine import Part, insert_or_ignore
from kb_pipeline.adapters.store_sql.schema_serving import FeedbackRow, QueryRow
from kb_pipeline.domain.answers import Feedback, QueryRecord
from kb_pipeline.errors import NotFoundError


class SqlQueries(Part):
    """`ports.query_log`."""

    def save_queries(self, records: Sequence[QueryRecord]) -> None:
        """Append records; one whose request id is known changes nothing."""
        if records:
            with self._db.write() as session:
                insert_or_ignore(session, QueryRow, [dict(record) for record in records])

    def save_feedback(self, feedback: Feedback, at: datetime) -> None:
        """Append an outcome. Raises NotFoundError for a request that is not in the log."""
        with self._db.write() as session:
            if session.get(QueryRow, feedback.request_id) is None:
                raise NotFoundError(
                    f"no request '{feedback.request_id}' in the query log", "send the request_id of an answer of this service"
                )
            session.add(FeedbackRow(**dict(feedback), at=at))

    def query(self, request_id: str) -> QueryRecord | None:
        """One record."""
        with self._db.read() as session:
            row = session.get(QueryRow, request_id)
            return row.value() if row else None

    def feedback(self, request_id: str) -> Sequence[Feedback]:
        """The outcomes of a request, oldest first."""
        query = select(FeedbackRow).where(FeedbackRow.request_id == request_id).order_by(FeedbackRow.position)
        with self._db.read() as session:
            return [row.value() for row in session.scalars(query)]

    def forget_queries(self, before: datetime) -> int:
        """Delete records and their feedback from before that time; how many records."""
        old = QueryRow.at < before
        with self._db.write() as session:
            number = session.scalar(select(func.count()).select_from(QueryRow).where(old)) or 0
            session.execute(delete(FeedbackRow).where(FeedbackRow.request_id.in_(select(QueryRow.request_id).where(old))))
            session.execute(delete(QueryRow).where(old))
            return number
