"""Entries of a market: a draft on its way to one, its standing, and what a release may be made of."""

from typing import Literal

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import ChangeRequest, Relation
from kb_pipeline.domain.faqs import FaqText, Revision
from kb_pipeline.domain.findings import Finding


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
    request: ChangeRequest | None = None  # what a person asked for, where the text is the answer to that


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


class ApprovedEntry(Value):
    """An entry whose text a person approved, and that is not retired: what a release is made of."""

    revision: Revision
    source_faq_id: str | None
    topics: tuple[str, ...] = ()
