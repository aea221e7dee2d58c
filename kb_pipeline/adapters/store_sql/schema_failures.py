"""The tables of what failed: replies that were no answers, and items that wait for another try."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from kb_pipeline.adapters.store_sql.columns import now
from kb_pipeline.adapters.store_sql.schema import Base
from kb_pipeline.domain.calls import UnusableReply
from kb_pipeline.domain.failures import FailedItem
from kb_pipeline.domain.faqs import Usage


class UnusableReplyRow(Base):
    """A reply that was paid and is no answer."""

    __tablename__ = "unusable_replies"
    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(index=True)
    prompt: Mapped[str]
    model: Mapped[str]
    response: Mapped[str]
    problem: Mapped[str]
    prompt_tokens: Mapped[int]
    completion_tokens: Mapped[int]
    cost: Mapped[float | None]  # US dollars
    seconds: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(default=now)

    def value(self) -> UnusableReply:
        """The reply."""
        usage = Usage(prompt_tokens=self.prompt_tokens, completion_tokens=self.completion_tokens, cost=self.cost)
        names = UnusableReply.model_fields.keys() - {"usage"}
        return UnusableReply(**{name: getattr(self, name) for name in names}, usage=usage)


class FailedItemRow(Base):
    """An item that failed by itself in the last run that tried it."""

    __tablename__ = "failed_items"
    id: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str]
    item: Mapped[str]
    runs: Mapped[int]
    code: Mapped[str]
    message: Mapped[str]
    remedy: Mapped[str]
    at: Mapped[datetime]

    def value(self) -> FailedItem:
        """The item."""
        return FailedItem(**{name: getattr(self, name) for name in FailedItem.model_fields})
