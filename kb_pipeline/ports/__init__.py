"""Small protocols between the services and the world. Adapters implement them; tests bring fakes for the LLM only."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from kb_pipeline.domain.audit import AuditEvent
from kb_pipeline.domain.faqs import Usage
from kb_pipeline.ports.content import (
    ArticleStore,
    CallStore,
    ChangeStore,
    DeskStore,
    Draft,
    Edit,
    Entry,
    FaqStore,
    MemoryStore,
    SourceReader,
    StoredCall,
    VectorStore,
)
from kb_pipeline.ports.models import (
    LLM,
    Answer,
    Embedder,
    Message,
    ModelAccount,
    ModelReply,
    ModelRequest,
    Progress,
    Role,
    Vectors,
)
from kb_pipeline.ports.serving import (
    AccountStore,
    ApprovedEntry,
    Failpoint,
    Found,
    Indexes,
    IndexText,
    Passwords,
    Probe,
    QueryStore,
    ReleaseIndex,
    ReleaseStore,
    Verifier,
)

__all__ = [
    "LLM",
    "AccountStore",
    "Answer",
    "ApprovedEntry",
    "ArticleStore",
    "CallStore",
    "ChangeStore",
    "DeskStore",
    "Draft",
    "Edit",
    "Embedder",
    "Entry",
    "Failpoint",
    "FaqStore",
    "Found",
    "IndexText",
    "Indexes",
    "MemoryStore",
    "Message",
    "ModelAccount",
    "ModelReply",
    "ModelRequest",
    "Passwords",
    "Probe",
    "Progress",
    "QueryStore",
    "ReleaseIndex",
    "ReleaseStore",
    "Role",
    "SourceReader",
    "Store",
    "StoredCall",
    "VectorStore",
    "Vectors",
    "Verifier",
]


class Store(
    CallStore, VectorStore, ArticleStore, FaqStore, ChangeStore, DeskStore, ReleaseStore, AccountStore, QueryStore,
    MemoryStore, Protocol
):  # fmt: skip
    """The whole store, as the composition root hands it out."""

    def close(self) -> None:
        """Give the connections back."""

    def events(self, subject: str | None = None, limit: int | None = None) -> Sequence[AuditEvent]:
        """The last `limit` audit events (None: all), of one subject or of all, oldest first."""

    def verify_chain(self) -> int | None:
        """The number of the first audit event that was changed, removed or put in; None if the trail is whole."""

    def audit_head(self) -> tuple[int, str]:
        """The number of audit events and the hash of the last one; written down elsewhere, they prove a cut."""

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Per market: pending, approved, published, rejected, superseded, imported."""

    def call_totals(self) -> tuple[int, Usage]:
        """The number of all stored model calls, and what they used; the cost is None when one of them is unknown."""
