"""What is kept of the work: model calls, vectors, articles, source FAQs, changes and decisions; and the reader of articles."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from kb_pipeline.domain.articles import Article, Chunk, Quarantined, Sentence
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import Change, ChangeState, Decision, Relation
from kb_pipeline.domain.faqs import FaqText, Revision, SourceFaq, Usage
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.memory import MemoryUnit


class StoredCall(Value):
    """A finished model call as it is kept for good."""

    fingerprint: str
    prompt: str
    model: str
    response: str
    usage: Usage
    seconds: float


class CallStore(Protocol):
    """The memo of model calls."""

    def find_call(self, fingerprint: str) -> StoredCall | None:
        """The stored call, None if it was never finished."""

    def save_call(self, call: StoredCall) -> None:
        """Keep a finished call; durable on return; a second save of the same fingerprint changes nothing."""


class VectorStore(Protocol):
    """The cache of vectors, by embedder fingerprint, role and text hash."""

    def find_vectors(self, embedder: str, role: str, hashes: Sequence[str]) -> Mapping[str, npt.NDArray[np.float32]]:
        """The known ones of `hashes`."""

    def save_vectors(self, embedder: str, role: str, vectors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Keep vectors; durable on return."""


class Draft(Value):
    """A localized text on its way to a change: what localization made of a source FAQ's revision, with its findings."""

    market: str
    source_faq_id: str
    source_revision: int
    source_text_hash: str = ""  # of the source FAQ's text: a revision that only re-anchors citations makes nothing due
    pack_fingerprint: str
    revision: Revision
    findings: tuple[Finding, ...]
    similarity: float | None = None  # cosine of the source's and the text's meaning; None: not measured, or one language
    relation: Relation | None = None


class Entry(Value):
    """An entry's present standing in its market: `text` and `revision_id` are the approved (or imported, or pending) ones."""

    id: str
    market: str
    language: str
    source_faq_id: str | None
    standing: Literal["approved", "published", "pending", "imported"]
    revision_id: str
    text: FaqText
    source_revision: int = 0


class ArticleStore(Protocol):
    """Articles, their sentences and chunks, as last read."""

    def save_article(self, article: Article, sentences: Sequence[Sentence], chunks: Sequence[Chunk]) -> bool:
        """Replace what is stored of the article, in one transaction; False (and nothing written) if it is unchanged."""

    def remove_articles_except(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Mark articles that are gone from the source as removed; their ids."""

    def articles(self) -> Sequence[Article]:
        """All present articles, by id."""

    def sentences(self, article_id: str) -> Sequence[Sentence]:
        """The article's present sentences in order; empty if it is gone."""

    def chunks(self, article_id: str | None = None) -> Sequence[Chunk]:
        """The present chunks, in order of the article's text."""

    def save_quarantine(self, items: Sequence[Quarantined]) -> None:
        """Replace the list of quarantined inputs."""

    def quarantine(self) -> Sequence[Quarantined]:
        """Inputs of the last read that could not be used."""


class FaqStore(Protocol):
    """Source FAQs and what has been seen in writing them."""

    def source_faqs(self, article_id: str | None = None, *, retired: bool = False) -> Sequence[SourceFaq]:
        """The latest revision of each source FAQ; with `retired`, also the retired ones."""

    def source_faq(self, id_: str) -> SourceFaq | None:
        """The latest revision of one source FAQ, also when it is retired."""

    def save_source_faqs(self, faqs: Sequence[SourceFaq], seen: Mapping[str, Sequence[str]]) -> None:
        """Write FAQ revisions, then mark sentence hashes (by article id) as seen, in one transaction. Idempotent."""

    def seen_sentences(self, article_id: str) -> frozenset[str]:
        """Hashes of the article's sentences that an earlier call has seen."""

    def drafts(self, market: str) -> Sequence[Draft]:
        """The latest draft of each source FAQ in the market."""

    def save_draft(self, draft: Draft) -> None:
        """Replace the draft of (market, source FAQ). Idempotent."""


class ChangeStore(Protocol):
    """Entries, changes and decisions. Every write appends its audit events in the same transaction."""

    def entries(self, market: str) -> Sequence[Entry]:
        """Approved, published, imported and pending entries; one row per entry, approved text first if both exist."""

    def entry(self, entry_id: str) -> Entry | None:
        """One entry's standing, as in `entries`; None also when it has none."""

    def approved_text(self, entry_id: str) -> Revision | None:
        """The approved revision of an entry."""

    def propose(self, change: Change) -> bool:
        """Stage a change; older pending ones of the same entry are superseded. False if this very change was made before.

        One that was superseded, and whose source came back to what it said, is pending again.
        """

    def changes(
        self, market: str | None = None, states: Sequence[ChangeState] = (ChangeState.PENDING,), entry_id: str | None = None
    ) -> Sequence[Change]:
        """Changes, riskiest first, then oldest first; all states when `states` is empty."""

    def change(self, id_prefix: str) -> Change:
        """The change whose id starts with `id_prefix`. Raises NotFoundError, also when several do."""

    def decide(self, decision: Decision, edited: Revision | None = None, findings: Sequence[Finding] | None = None) -> Change:
        """Apply a person's decision; `edited` is the text approved instead, with its own `findings`.

        The change after it: still pending when a high-risk one has its first approval and needs a second person.
        Raises NotFoundError, ConflictError (it moved), BlockedError (a rule forbids it), IllegalTransitionError.
        """

    def decisions(self, change_id: str) -> Sequence[Decision]:
        """What people said of a change, oldest first."""

    def withdraw(self, entry_id: str, reason: str) -> bool:
        """Supersede the pending changes of an entry whose source is gone. False if there were none."""

    def import_entry(self, revision: Revision) -> bool:
        """Keep an existing entry for comparison (it still needs a person before it is ever said). False if known."""


class DeskStore(Protocol):
    """What a person's desk shows beside the changes."""

    def source_faq_at(self, id_: str, revision: int) -> SourceFaq | None:
        """One revision of a source FAQ."""

    def decided_since(self, at: datetime) -> Mapping[str, int]:
        """Per market, the number of decisions since `at`."""


class Edit(Value):
    """An approval with edits: what was proposed for `source`, and what a person made of it."""

    source: SourceFaq | None
    before: Revision
    after: Revision
    decision: Decision


class MemoryStore(Protocol):
    """What people approved, as pairs to learn from."""

    def approved_pairs(self, market: str) -> Sequence[tuple[SourceFaq, Revision]]:
        """Each approved entry of the market with the source revision that it was made from, oldest text first.

        A source is marked retired where its newest revision is.
        """

    def memory_units(self, market: str) -> Sequence[MemoryUnit]:
        """The imported units of the market, oldest first."""

    def save_memory_units(self, units: Sequence[MemoryUnit], actor: str) -> int:
        """Keep the units that are new, in `actor`'s name; how many. One audit event says so."""

    def edits(self, market: str) -> Sequence[Edit]:
        """The edits that were approved in the market, oldest first."""


class SourceReader(Protocol):
    """Reads a folder of source articles."""

    @property
    def is_partial(self) -> bool:
        """Whether the last `read` stopped at a limit: what it did not yield is not gone."""

    def read(self) -> Iterator[Article | Quarantined]:
        """Every article file, readable or not, in the order of its path; one bad file never stops the rest."""
