"""The tables, typed, and each row as a value. No sessions and no rules; `migrations/` leads to exactly these tables."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from kb_pipeline.adapters.store_sql.columns import Carried, Utc, enumeration, now
from kb_pipeline.domain.articles import Article, Chunk, Citation, FrontMatter, Quarantined, Sentence
from kb_pipeline.domain.audit import AuditEvent
from kb_pipeline.domain.calls import StoredCall
from kb_pipeline.domain.changes import Change, ChangeKind, ChangeState, Decision, EntryState, Relation, RiskTier
from kb_pipeline.domain.entries import Draft
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq, Usage
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.run_cap import RunUsage
from kb_pipeline.domain.translation_memory import MemoryUnit


class Base(DeclarativeBase):
    """All tables; their constraints have names, so that a migration can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Utc(), str: Text()}  # noqa: RUF012 - SQLAlchemy's own name and form


class ArticleRow(Base):
    """An article as last read. `stored_hash` covers the article, its sentences and its chunks."""

    __tablename__ = "articles"
    id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    path: Mapped[str]
    content_hash: Mapped[str]
    front_matter: Mapped[FrontMatter] = mapped_column(Carried(FrontMatter))
    stored_hash: Mapped[str]
    removed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    def value(self) -> Article:
        """The article."""
        return Article.model_validate({name: getattr(self, name) for name in Article.model_fields})


class SentenceRow(Base):
    """One sentence of a present article."""

    __tablename__ = "sentences"
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str]
    value: Mapped[Sentence] = mapped_column(Carried(Sentence))


class ChunkRow(Base):
    """One chunk of a present article, with its sentences."""

    __tablename__ = "chunks"
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    chunk_id: Mapped[str]
    value: Mapped[Chunk] = mapped_column(Carried(Chunk))


class QuarantineRow(Base):
    """An input of the last read that could not be used."""

    __tablename__ = "quarantine"
    position: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[Quarantined] = mapped_column(Carried(Quarantined))


class SourceFaqRow(Base):
    """One revision of a source FAQ; immutable."""

    __tablename__ = "source_faqs"
    id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[str] = mapped_column(index=True)
    retired: Mapped[bool]
    value: Mapped[SourceFaq] = mapped_column(Carried(SourceFaq))
    created_at: Mapped[datetime] = mapped_column(default=now)


class SeenSentenceRow(Base):
    """A sentence that an earlier call has seen."""

    __tablename__ = "seen_sentences"
    article_id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(primary_key=True)


class DraftRow(Base):
    """The latest localization of a source FAQ in a market."""

    __tablename__ = "drafts"
    market: Mapped[str] = mapped_column(primary_key=True)
    source_faq_id: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Draft] = mapped_column(Carried(Draft))
    created_at: Mapped[datetime] = mapped_column(default=now)


class CallRow(Base):
    """A finished model call."""

    __tablename__ = "model_calls"
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    prompt: Mapped[str]
    model: Mapped[str]
    response: Mapped[str]
    prompt_tokens: Mapped[int]
    completion_tokens: Mapped[int]
    cost: Mapped[float | None]  # US dollars
    seconds: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(default=now)

    def value(self) -> StoredCall:
        """The stored call."""
        usage = Usage(prompt_tokens=self.prompt_tokens, completion_tokens=self.completion_tokens, cost=self.cost)
        return StoredCall(
            fingerprint=self.fingerprint,
            prompt=self.prompt,
            model=self.model,
            response=self.response,
            usage=usage,
            seconds=self.seconds,
        )


class RunUsageRow(Base):
    """What the finished steps of a run took of the language model."""

    __tablename__ = "run_usage"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    calls: Mapped[int]
    prompt_tokens: Mapped[int]
    completion_tokens: Mapped[int]
    cost: Mapped[float | None]  # US dollars
    at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    def value(self) -> RunUsage:
        """The use of the run."""
        usage = Usage(prompt_tokens=self.prompt_tokens, completion_tokens=self.completion_tokens, cost=self.cost)
        return RunUsage(calls=self.calls, usage=usage)


class CallLeaseRow(Base):
    """A model call that a run has in hand. After `expires_at` its holder is dead, and another run may take it."""

    __tablename__ = "call_leases"
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    expires_at: Mapped[datetime]


class VectorRow(Base):
    """A cached vector: little-endian float32."""

    __tablename__ = "vectors"
    embedder: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class RevisionRow(Base):
    """The text of an entry; immutable."""

    __tablename__ = "revisions"
    id: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(index=True)
    market: Mapped[str]
    language: Mapped[str]
    text: Mapped[FaqText] = mapped_column(Carried(FaqText))
    citations: Mapped[tuple[Citation, ...]] = mapped_column(Carried(tuple[Citation, ...]))
    provenance: Mapped[Provenance] = mapped_column(Carried(Provenance))
    created_at: Mapped[datetime] = mapped_column(default=now)

    def value(self) -> Revision:
        """The revision."""
        return Revision.model_validate({name: getattr(self, name) for name in Revision.model_fields})


class Origin(StrEnum):
    """Where an entry comes from."""

    PIPELINE = "pipeline"
    IMPORTED = "imported"


class EntryRow(Base):
    """An entry of a market. `approved_revision_id` is set exactly while it is approved, published or withdrawn."""

    __tablename__ = "entries"
    id: Mapped[str] = mapped_column(primary_key=True)
    market: Mapped[str] = mapped_column(index=True)
    language: Mapped[str]
    source_faq_id: Mapped[str | None] = mapped_column(index=True)
    state: Mapped[EntryState] = mapped_column(enumeration(EntryState), default=EntryState.PROPOSED)
    approved_revision_id: Mapped[str | None] = mapped_column(ForeignKey("revisions.id"))
    imported_revision_id: Mapped[str | None] = mapped_column(ForeignKey("revisions.id"))
    source_revision: Mapped[int] = mapped_column(default=0)  # of the approved text
    origin: Mapped[Origin] = mapped_column(enumeration(Origin))
    created_at: Mapped[datetime] = mapped_column(default=now)
    approved: Mapped[RevisionRow | None] = relationship(foreign_keys=approved_revision_id, viewonly=True)
    imported: Mapped[RevisionRow | None] = relationship(foreign_keys=imported_revision_id, viewonly=True)


class ChangeRow(Base):
    """A change. `position` is the order of arrival; an edit replaces `revision_id`, never `proposed_revision_id`."""

    __tablename__ = "changes"
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    market: Mapped[str] = mapped_column(index=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(enumeration(ChangeKind))
    revision_id: Mapped[str | None] = mapped_column(ForeignKey("revisions.id"))
    proposed_revision_id: Mapped[str | None] = mapped_column(ForeignKey("revisions.id"))
    base_revision_id: Mapped[str | None]
    generation: Mapped[int]
    source_faq_id: Mapped[str | None]
    source_revision: Mapped[int]
    topics: Mapped[tuple[str, ...]] = mapped_column(Carried(tuple[str, ...]))
    relation: Mapped[Relation] = mapped_column(Carried(Relation))
    findings: Mapped[tuple[Finding, ...]] = mapped_column(Carried(tuple[Finding, ...]))
    similarity: Mapped[float | None]
    quality: Mapped[float | None]
    risk: Mapped[RiskTier] = mapped_column(enumeration(RiskTier))
    proposed_by: Mapped[str] = mapped_column(default="")
    state: Mapped[ChangeState] = mapped_column(enumeration(ChangeState), default=ChangeState.PENDING, index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    revision: Mapped[RevisionRow | None] = relationship(foreign_keys=revision_id, viewonly=True)

    def value(self) -> Change:
        """The change."""
        kept = Change.model_fields.keys() - {"revision", "original_id"}
        edited = self.revision_id != self.proposed_revision_id
        return Change.model_validate(
            {name: getattr(self, name) for name in kept}
            | {"revision": self.revision.value() if self.revision else None, "original_id": self.id if edited else ""}
        )


class DecisionRow(Base):
    """A person's word, and what came of it. Every decision raises the version, so that one version has one winner."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("change_id", "seen_version"),)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    change_id: Mapped[str] = mapped_column(ForeignKey("changes.id"))
    seen_version: Mapped[int]
    actor: Mapped[str]
    value: Mapped[Decision] = mapped_column(Carried(Decision))
    edited_revision_id: Mapped[str | None] = mapped_column(ForeignKey("revisions.id"))
    result: Mapped[Change] = mapped_column(Carried(Change))
    at: Mapped[datetime] = mapped_column(default=now)


class MemoryUnitRow(Base):
    """A pair of the translation memory that was imported; the others are the approved entries themselves."""

    __tablename__ = "memory_units"
    id: Mapped[str] = mapped_column(primary_key=True)
    market: Mapped[str] = mapped_column(index=True)
    source_language: Mapped[str]
    source: Mapped[str]
    target: Mapped[str]
    origin: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)

    def value(self) -> MemoryUnit:
        """The unit."""
        return MemoryUnit.model_validate({name: getattr(self, name) for name in MemoryUnit.model_fields})


class EventRow(Base):
    """One audit event; append-only. Each hash covers the event, the rows it stands for, and the hash of the one before."""

    __tablename__ = "events"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    prev_hash: Mapped[str]
    hash: Mapped[str]
    rows: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)  # of its transaction: digests
    key: Mapped[str | None]  # the id of its key; none: from before there were keys

    def value(self) -> AuditEvent:
        """The event."""
        return AuditEvent.model_validate({name: getattr(self, name) for name in AuditEvent.model_fields})


class AuditHeadRow(Base):
    """The chain's head and length, outside the table of events: a cut-off tail is noticed. Its only row has id 1."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str]
    count: Mapped[int]
