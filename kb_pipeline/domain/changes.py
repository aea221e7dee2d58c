"""Changes that wait for a person, and the legal moves of their states and of their entries'."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property

from pydantic import Field

from kb_pipeline.domain.base import Value, fingerprint
from kb_pipeline.domain.faqs import FaqText, Revision, SourceFaq
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.relations import Discrepancy, Rival
from kb_pipeline.errors import IllegalTransitionError


class ChangeKind(StrEnum):
    """What a change does to its entry."""

    ADD = "add"
    UPDATE = "update"
    RETIRE = "retire"


class RelationKind(StrEnum):
    """How a text stands to the existing entries of its market."""

    NEW = "new"
    DUPLICATE = "duplicate"
    UPDATE = "update"
    COMPLEMENTARY = "complementary"
    CONTRADICTORY = "contradictory"


class RiskTier(StrEnum):
    """High: two different people must approve. Low: one. Never zero."""

    LOW = "low"
    HIGH = "high"


class Relation(Value):
    """The decision of the comparison, with its twin, every score it rests on, and the other entries that come near."""

    kind: RelationKind
    twin_id: str | None = None  # an entry id
    scores: dict[str, float] = Field(default_factory=dict)
    guards: tuple[str, ...] = ()  # why it is no duplicate, e.g. `the answers differ: 7 days / 15 days`
    discrepancies: tuple[Discrepancy, ...] = ()  # the same as values; empty in relations of older versions
    rivals: tuple[Rival, ...] = ()  # those that are less strong than the twin, the strongest first


class Assessment(Value):
    """What is known of a text before a person decides on it: all that the checks and the comparison found."""

    findings: tuple[Finding, ...] = ()
    similarity: float | None = None  # cosine of the source's and the text's meaning; None: not measured, or one language
    relation: Relation
    quality: float | None = None  # estimate, 0 to 100 (steps.checks.quality); None: not estimated
    risk: RiskTier


class EditedText(Value):
    """A person's text in the place of a proposed one, with what is known of it."""

    revision: Revision
    assessment: Assessment


class ChangeState(StrEnum):
    """States of a change."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    CHANGES_REQUESTED = "changes_requested"
    SUPERSEDED = "superseded"


class EntryState(StrEnum):
    """States of an entry."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"  # a person silenced it; its approved text stays known, to be restored or corrected
    RETIRED = "retired"


CHANGE_MOVES: dict[ChangeState, frozenset[ChangeState]] = {
    ChangeState.PENDING: frozenset(
        {ChangeState.APPROVED, ChangeState.REJECTED, ChangeState.CHANGES_REQUESTED, ChangeState.SUPERSEDED}
    ),
    ChangeState.CHANGES_REQUESTED: frozenset({ChangeState.PENDING, ChangeState.SUPERSEDED}),
    ChangeState.APPROVED: frozenset(),
    ChangeState.REJECTED: frozenset(),
    ChangeState.SUPERSEDED: frozenset({ChangeState.PENDING}),  # the source came back to what it said
}

ENTRY_MOVES: dict[EntryState, frozenset[EntryState]] = {
    EntryState.PROPOSED: frozenset({EntryState.APPROVED, EntryState.RETIRED}),
    EntryState.APPROVED: frozenset({EntryState.PUBLISHED, EntryState.WITHDRAWN, EntryState.RETIRED}),
    EntryState.PUBLISHED: frozenset({EntryState.APPROVED, EntryState.WITHDRAWN, EntryState.RETIRED}),
    EntryState.WITHDRAWN: frozenset({EntryState.APPROVED, EntryState.RETIRED}),  # restored, or a new text is approved
    EntryState.RETIRED: frozenset({EntryState.APPROVED}),
}


def move_change(state: ChangeState, to: ChangeState) -> ChangeState:
    """`to`, if the move is legal. Raises IllegalTransitionError."""
    if to not in CHANGE_MOVES[state]:
        raise IllegalTransitionError("change", state, to)
    return to


def move_entry(state: EntryState, to: EntryState) -> EntryState:
    """`to`, if the move is legal. Raises IllegalTransitionError."""
    if to not in ENTRY_MOVES[state]:
        raise IllegalTransitionError("entry", state, to)
    return to


def gives_way(standing: "Change", to: "Change") -> bool:
    """Whether an open change is superseded by a newer proposal of its entry. The one place of this rule.

    The pipeline's and an import's give way to a newer one of theirs. A person's text gives way to nothing, be it a correction
    or an edit that waits for a second person: people decide on it first. Nor does another change give way to a correction
    where people may decide on that change: it is edited instead.
    """
    if to.proposed_by:
        return standing.state is ChangeState.CHANGES_REQUESTED
    return not standing.is_of_a_person


class Change(Value):
    """A proposal, and what became of it. `revision` is None for a retirement."""

    market: str
    entry_id: str
    kind: ChangeKind
    revision: Revision | None
    base_revision_id: str | None = None  # the approved revision it was made against
    generation: int = 0  # how often the entry was retired before; of a correction: how many changes came before it
    source_faq_id: str | None = None
    source_revision: int = 0
    topics: tuple[str, ...] = ()
    relation: Relation
    findings: tuple[Finding, ...] = ()
    similarity: float | None = None  # cosine of the source's and the text's meaning; None: not measured, or one language
    quality: float | None = None  # estimate, 0 to 100 (steps.checks.quality); None: not estimated
    risk: RiskTier
    proposed_by: str = ""  # the person whose correction it is; empty: the pipeline's, or an import's
    state: ChangeState = ChangeState.PENDING
    version: int = 1  # for optimistic locking: raised by every transition
    original_id: str = ""  # the id it was proposed under, once a person's edit has replaced `revision`; empty before

    @property
    def is_of_a_person(self) -> bool:
        """Whether its text is a person's: a correction, or an edit of what was proposed."""
        return bool(self.proposed_by or self.original_id)

    @cached_property
    def id(self) -> str:
        """Identity: the same proposal for the same entry is the same change, however often it is made or edited."""
        if self.original_id:
            return self.original_id
        proposed = self.revision.id if self.revision else None
        return fingerprint(self.entry_id, self.kind, proposed, self.base_revision_id, self.generation, length=12)


def generation_of(history: Iterable[Change]) -> int:
    """The generation of an entry's next change, from all of its changes so far."""
    return sum(1 for past in history if past.kind is ChangeKind.RETIRE and past.state is ChangeState.APPROVED)


class Verdict(StrEnum):
    """What a person says of a change."""

    APPROVE = "approve"
    EDIT = "edit"  # approve with edits
    REQUEST_CHANGES = "request_changes"  # the next run asks the model for another text
    TAKE_BACK = "take_back"  # the request for changes: the change waits for a decision again
    REJECT = "reject"


class RootCause(StrEnum):
    """Where a fault came from."""

    SOURCE_ARTICLE = "source_article"
    GENERATION = "generation"
    LOCALIZATION = "localization"
    TERM_BASE = "term_base"
    MARKET_FACT = "market_fact"
    DUPLICATE = "duplicate"


class Decision(Value):
    """A person's word on a change. `seen_version` is the change's version that the person saw."""

    change_id: str
    verdict: Verdict
    actor: str
    seen_version: int
    category: str = ""  # an MQM category, for edits and rejections
    root_cause: RootCause | None = None
    comment: str = ""
    override_critical: bool = False  # approve in spite of critical findings; needs a comment


class ChangeRequest(Value):
    """What a person asks to be different in a change. It stands while the change has this `version`."""

    change_id: str
    version: int
    actor: str
    comment: str
    before: FaqText  # what the person read


class ReturnReason(StrEnum):
    """Why a request for changes led to no new proposal: the change waits for a decision again."""

    SAME_TEXT = "same_text"  # the model wrote what was proposed or decided on before
    CALL_FAILED = "call_failed"
    SOURCE_GONE = "source_gone"


class Edit(Value):
    """An approval with edits: what was proposed for `source`, and what a person made of it."""

    source: SourceFaq | None
    before: Revision
    after: Revision
    decision: Decision
