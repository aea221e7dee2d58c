"""The tables of releases and what people said of them, accounts and the query log, typed, and each row as a value.

No sessions and no rules.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb_pipeline.adapters.store_sql.columns import Carried, enumeration, now
from kb_pipeline.adapters.store_sql.schema import Base
from kb_pipeline.domain.accounts import ApiKey, Role, Session, User
from kb_pipeline.domain.answers import Feedback, Outcome, QueryRecord
from kb_pipeline.domain.conflicts import Conflict
from kb_pipeline.domain.entries import WithdrawnText
from kb_pipeline.domain.releases import Hold, ManifestItem, Release, ReleaseReport, ReleaseState

TAGS = tuple[str, ...]


class ReleaseRow(Base):
    """A release of a market, without its manifest."""

    __tablename__ = "releases"
    market: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[ReleaseState] = mapped_column(enumeration(ReleaseState), default=ReleaseState.BUILDING)
    entries: Mapped[int]
    manifest_hash: Mapped[str]
    embedder: Mapped[str]
    base: Mapped[int | None]
    note: Mapped[str]
    actor: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    report: Mapped[ReleaseReport | None] = mapped_column(Carried(ReleaseReport))
    compared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    live_at: Mapped[datetime | None]

    def value(self) -> Release:
        """The release."""
        return Release.model_validate({name: getattr(self, name) for name in Release.model_fields})


class ReleaseItemRow(Base):
    """One entry of a release's manifest; immutable."""

    __tablename__ = "release_items"
    __table_args__ = (ForeignKeyConstraint(["market", "number"], ["releases.market", "releases.number"]),)
    market: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"))
    text_hash: Mapped[str]
    topics: Mapped[TAGS] = mapped_column(Carried(TAGS))
    markets: Mapped[TAGS] = mapped_column(Carried(TAGS))
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]

    def value(self) -> ManifestItem:
        """The item."""
        return ManifestItem.model_validate({name: getattr(self, name) for name in ManifestItem.model_fields})


class LiveRow(Base):
    """The pointer: the release that a market's readers follow."""

    __tablename__ = "live_releases"
    __table_args__ = (ForeignKeyConstraint(["market", "number"], ["releases.market", "releases.number"]),)
    market: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]


class WithdrawnTextRow(Base):
    """A text that no release says, whichever holds it. The texts of one withdrawal have the same `at`."""

    __tablename__ = "withdrawn_texts"
    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"), primary_key=True)
    market: Mapped[str]
    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), index=True)
    actor: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]

    def value(self) -> WithdrawnText:
        """The withdrawn text."""
        return WithdrawnText.model_validate({name: getattr(self, name) for name in WithdrawnText.model_fields})


class HoldRow(Base):
    """A market in which nothing is published until a person lifts it."""

    __tablename__ = "holds"
    market: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)

    def value(self) -> Hold:
        """The hold."""
        return Hold.model_validate({name: getattr(self, name) for name in Hold.model_fields})


class ConflictRow(Base):
    """Two texts of a market that cannot both be true, and what a person said of them; the first has the smaller entry id."""

    __tablename__ = "conflicts"
    first_revision: Mapped[str] = mapped_column(ForeignKey("revisions.id"), primary_key=True)
    second_revision: Mapped[str] = mapped_column(ForeignKey("revisions.id"), primary_key=True)
    market: Mapped[str] = mapped_column(index=True)
    first_entry: Mapped[str] = mapped_column(ForeignKey("entries.id"))
    second_entry: Mapped[str] = mapped_column(ForeignKey("entries.id"))
    why: Mapped[str]
    settled_by: Mapped[str] = mapped_column(default="")
    holds: Mapped[str] = mapped_column(default="")
    comment: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=now)

    def value(self) -> Conflict:
        """The conflict."""
        return Conflict.model_validate({name: getattr(self, name) for name in Conflict.model_fields})


class UserRow(Base):
    """A user. `key` is the name as it is compared."""

    __tablename__ = "users"
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(enumeration(Role))
    markets: Mapped[TAGS] = mapped_column(Carried(TAGS))
    disabled: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)

    def value(self) -> User:
        """The user."""
        return User.model_validate({name: getattr(self, name) for name in User.model_fields})


class SessionRow(Base):
    """A signed-in browser."""

    __tablename__ = "sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_key: Mapped[str] = mapped_column(ForeignKey("users.key"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    owner: Mapped[UserRow] = relationship(viewonly=True)

    def value(self) -> Session:
        """The session."""
        kept = {name: getattr(self, name) for name in Session.model_fields if name != "user"}
        return Session.model_validate(kept | {"user": self.owner.name})


class ApiKeyRow(Base):
    """A client's key; of its secret only the hash."""

    __tablename__ = "api_keys"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    markets: Mapped[TAGS] = mapped_column(Carried(TAGS))
    secret_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    revoked_at: Mapped[datetime | None]

    def value(self) -> ApiKey:
        """The key."""
        return ApiKey.model_validate({name: getattr(self, name) for name in ApiKey.model_fields})


class QueryRow(Base):
    """A line of the query log."""

    __tablename__ = "queries"
    request_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    market: Mapped[str]
    text: Mapped[str]
    client: Mapped[str]
    release: Mapped[str | None]
    level: Mapped[int]
    entry_ids: Mapped[TAGS] = mapped_column(Carried(TAGS))
    confidence: Mapped[float]
    abstained: Mapped[bool]
    reason: Mapped[str]
    seconds: Mapped[float]

    def value(self) -> QueryRecord:
        """The record."""
        return QueryRecord.model_validate({name: getattr(self, name) for name in QueryRecord.model_fields})


class FeedbackRow(Base):
    """An outcome of a request. `position` is the order of arrival."""

    __tablename__ = "feedback"
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("queries.request_id"), index=True)
    outcome: Mapped[Outcome] = mapped_column(enumeration(Outcome))
    score: Mapped[int | None]
    comment: Mapped[str]
    at: Mapped[datetime]

    def value(self) -> Feedback:
        """The outcome."""
        return Feedback.model_validate({name: getattr(self, name) for name in Feedback.model_fields})
