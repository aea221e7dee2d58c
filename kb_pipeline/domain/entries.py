"""Entries of a market: a draft on its way to one, its standing, its withdrawal, and what a release may be made of."""

from datetime import datetime
from typing import Literal

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import ChangeRequest, EntryState, Relation
from kb_pipeline.domain.faqs import FaqText, Revision
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.releases import ReleaseState, release_id
from kb_pipeline.domain.sayable import check_sayable
from kb_pipeline.errors import BlockedError

Standing = Literal["approved", "published", "withdrawn", "pending", "imported"]


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
    """An entry's present standing in its market: `text` and `revision_id` are the approved (or imported, or pending) ones.

    A withdrawn one is no rival of others: nothing says it.
    """

    id: str
    market: str
    language: str
    source_faq_id: str | None
    standing: Standing
    revision_id: str
    text: FaqText
    source_revision: int = 0


class ApprovedEntry(Value):
    """An entry whose text a person approved, and that is neither withdrawn nor retired: what a release is made of."""

    revision: Revision
    source_faq_id: str | None
    topics: tuple[str, ...] = ()


class ListedEntry(Value):
    """An entry in any state, as people look it up. `revision`: its approved text, else what was proposed or imported last."""

    id: str
    market: str
    state: EntryState
    is_imported: bool
    revision: Revision | None
    source_faq_id: str | None = None
    source_revision: int = 0  # of the approved text
    open_change: str | None = None  # the id of the change that waits, if any


class HeldText(Value):
    """An entry's text in a release, and the state of that release."""

    market: str
    number: int
    state: ReleaseState
    revision_id: str

    @property
    def release(self) -> str:
        """The release's id, e.g. `th-TH/r0007`."""
        return release_id(self.market, self.number)


class WithdrawnText(Value):
    """A text that no release says any more, whichever holds it: it was withdrawn, with all that stood in a release then."""

    market: str
    entry_id: str
    revision_id: str
    actor: str
    reason: str
    at: datetime


def check_withdrawal(entry_id: str, state: EntryState, reason: str) -> None:
    """What a withdrawal must satisfy. Raises BlockedError."""
    if not reason.strip():
        raise BlockedError(f"a withdrawal of entry {entry_id} without a reason", "say why: --reason")
    if state is EntryState.PROPOSED:
        raise BlockedError(
            f"entry {entry_id} was never approved, so nothing says it", "reject its change instead: kb review reject ID"
        )
    if state is EntryState.WITHDRAWN:
        raise BlockedError(f"entry {entry_id} is withdrawn already", f"see: kb entry show {entry_id}")


def base_of_correction(entry: ListedEntry, approved: Revision | None, text: FaqText, reason: str) -> Revision:
    """The approved text that a person's correction is made against. Raises BlockedError for what is no correction."""
    if not reason.strip():
        raise BlockedError(f"a correction of entry {entry.id} without a reason", "say why: --reason")
    if approved is None:
        remedy = f"decide on its change: kb review show {entry.open_change}" if entry.open_change else "see: kb entry list"
        raise BlockedError(f"entry {entry.id} is {entry.state}: there is no approved text to correct", remedy)
    if text == approved.text:
        remedy = f"restore it: kb entry restore {entry.id}" if entry.state is EntryState.WITHDRAWN else "change something"
        raise BlockedError("the text is what was approved", remedy)
    check_sayable(text)
    return approved


def check_restoration(entry_id: str, state: EntryState, reason: str) -> None:
    """What it takes to restore an entry. Raises BlockedError."""
    if not reason.strip():
        raise BlockedError(f"a restoration of entry {entry_id} without a reason", "say why: --reason")
    if state is not EntryState.WITHDRAWN:
        raise BlockedError(f"entry {entry_id} is {state}, not withdrawn", f"see: kb entry show {entry_id}")
