"""The query log and the outcomes of its answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kb_pipeline.domain.answers import Feedback, QueryRecord


class QueryLog(Protocol):
    """Takes records in, and forgets them."""

    def save_queries(self, records: Sequence[QueryRecord]) -> None:
        """Append records; one whose request id is known changes nothing."""

    def forget_queries(self, before: datetime) -> int:
        """Delete records and their feedback from before that time; how many records."""


class FeedbackStore(Protocol):
    """Keeps what came of an answer."""

    def save_feedback(self, feedback: Feedback, at: datetime) -> None:
        """Append an outcome. Raises NotFoundError for a request that is not in the log."""

    def query(self, request_id: str) -> QueryRecord | None:
        """One record."""

    def feedback(self, request_id: str) -> Sequence[Feedback]:
        """The outcomes of a request, oldest first."""
