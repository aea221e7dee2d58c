"""Source FAQs, what was seen in writing them, and the drafts made of them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from kb_pipeline.domain.entries import Draft
from kb_pipeline.domain.faqs import SourceFaq


class SourceFaqs(Protocol):
    """Source FAQs as they are, and as they were."""

    def source_faqs(self, article_id: str | None = None, *, retired: bool = False) -> Sequence[SourceFaq]:
        """The latest revision of each source FAQ; with `retired`, also the retired ones."""

    def source_faq(self, id_: str) -> SourceFaq | None:
        """The latest revision of one source FAQ, also when it is retired."""

    def seen_sentences(self, article_id: str) -> frozenset[str]:
        """Hashes of the article's sentences that an earlier call has seen."""

    def source_faq_at(self, id_: str, revision: int) -> SourceFaq | None:
        """One revision of a source FAQ."""


class SourceFaqStore(SourceFaqs, Protocol):
    """Keeps source FAQs."""

    def save_source_faqs(self, faqs: Sequence[SourceFaq], seen: Mapping[str, Sequence[str]]) -> None:
        """Write FAQ revisions, then mark sentence hashes (by article id) as seen, in one transaction. Idempotent."""


class Drafts(Protocol):
    """The drafts of each market."""

    def drafts(self, market: str) -> Sequence[Draft]:
        """The latest draft of each source FAQ in the market."""


class DraftStore(Drafts, Protocol):
    """Keeps drafts."""

    def save_draft(self, draft: Draft) -> None:
        """Replace the draft of (market, source FAQ). Idempotent."""
