"""Entries, changes and decisions. Every write appends its audit events in the same transaction."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from kb_pipeline.domain.changes import Change, ChangeRequest, ChangeState, Decision, Edit, EditedText, ReturnReason
from kb_pipeline.domain.entries import Entry
from kb_pipeline.domain.faqs import Revision


class Entries(Protocol):
    """The entries of each market."""

    def entries(self, market: str, ids: Sequence[str] | None = None) -> Sequence[Entry]:
        """Approved, published, withdrawn, imported and pending entries by id; one row per entry.

        The approved text comes first if there are several, but a pending one before a withdrawn one. `ids`: only these; None:
        all.
        """

    def standing_revisions(self, market: str) -> Mapping[str, tuple[str, bool]]:
        """Of each of `entries` that is not withdrawn, by id: the id of its text, and whether that one is approved.

        Cheap: it tells what changed.
        """

    def entry(self, entry_id: str) -> Entry | None:
        """One entry's standing, as in `entries`; None also when it has none."""

    def approved_text(self, entry_id: str, *, withdrawn: bool = True) -> Revision | None:
        """The approved revision of an entry; None when it is retired, and without `withdrawn` also when it is that."""


class Changes(Protocol):
    """The changes, and what people decided."""

    def changes(
        self, market: str | None = None, states: Sequence[ChangeState] = (ChangeState.PENDING,), entry_id: str | None = None
    ) -> Sequence[Change]:
        """Changes, riskiest first, then the worst, then the oldest first; all states when `states` is empty."""

    def queue(
        self, market: str | None, state: ChangeState, beside: str | None = None, *, backwards: bool = False
    ) -> Iterator[Change]:
        """Changes in the order of `changes`, read a page at a time: all, or those after (before) the one with the id `beside`.

        Backwards they come nearest first.
        """

    def change(self, id_prefix: str) -> Change:
        """The change whose id starts with `id_prefix`. Raises NotFoundError, also when several do."""

    def decisions(self, change_id: str) -> Sequence[Decision]:
        """What people said of a change, oldest first."""

    def proposed_text(self, change_id: str) -> Revision | None:
        """The text as it was proposed, before any edit. None for a retirement, and for an id that nothing has."""


class Proposals(Protocol):
    """Takes proposals in, and gives up those whose source is gone."""

    def propose(self, change: Change, answers: ChangeRequest | None = None, reason: str = "") -> bool:
        """Stage a change; older open ones of the same entry are superseded. False if this very change was made before, or
        while a person's text waits (`domain.changes.gives_way`).

        One that was superseded, and whose source came back to what it said, is pending again. With `answers`: False also if
        that request does not stand any more. `reason`: why a person proposes it.
        Raises BlockedError for a correction while a change waits.
        """

    def give_up(self, entry_id: str, reason: str) -> bool:
        """Supersede the pending changes of an entry whose source is gone. False if there were none."""


class Requests(Protocol):
    """Answers people's requests for changes."""

    def give_back(self, request: ChangeRequest, reason: ReturnReason, detail: str = "") -> bool:
        """Let a change wait for a decision again, since the request led to no new proposal. False if it stands no more."""


class Imports(Protocol):
    """Takes a market's existing entries in."""

    def import_entry(self, revision: Revision) -> bool:
        """Keep an existing entry for comparison (it still needs a person before it is ever said). False if known."""


class Decisions(Protocol):
    """Applies decisions."""

    def decide(self, decision: Decision, edited: EditedText | None = None) -> Change:
        """Apply a person's decision; `edited` is the text approved instead, with what is known of it.

        The change after it: still pending when a high-risk one has its first approval and needs a second person.
        Raises NotFoundError, ConflictError (it moved), BlockedError (a rule forbids it), IllegalTransitionError.
        """


class DecisionCounts(Protocol):
    """How much was decided."""

    def decided_since(self, at: datetime) -> Mapping[str, int]:
        """Per market, the number of decisions since `at`."""


class Edits(Protocol):
    """What people changed before they approved."""

    def edits(self, market: str) -> Sequence[Edit]:
        """The edits that were approved in the market, oldest first."""
