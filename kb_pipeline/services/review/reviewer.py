"""What reviewers do with a change: look at it, approve, edit and approve, ask for changes, reject. Every word is a Decision."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.changes import Assessment, Change, Decision, EditedText, RootCause, Verdict
from kb_pipeline.domain.faqs import FaqText, Provenance
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.sayable import check_sayable, normal
from kb_pipeline.errors import BlockedError, ForbiddenError, NotFoundError
from kb_pipeline.ports.changes import Decisions
from kb_pipeline.services.review.assess import Assessor
from kb_pipeline.services.review.card import Card, CardStore, card_of
from kb_pipeline.services.review.queue import QueueFilter, select
from kb_pipeline.services.review.requests import may_be_rewritten


class ReviewStore(CardStore, Decisions, Protocol):
    """What reviewing takes of the store."""


class Neighbours(NamedTuple):
    """The ids of the changes beside one in a filtered queue; None: there is none."""

    before: str | None
    after: str | None


class Reviewer:
    """The use case of one person, `user`, who sees nothing of markets that are not theirs."""

    def __init__(self, store: ReviewStore, markets: Sequence[Market], assessor: Assessor, user: User, day: date) -> None:
        self._store = store
        self._markets = {m.tag: m for m in markets}
        self._assessor = assessor
        self._user = user
        self._day = day

    def queue(self, wanted: QueueFilter) -> Sequence[Change]:
        """The changes that pass the filter, riskiest first, then the worst."""
        return select(self.changes(wanted), wanted)

    def changes(self, wanted: QueueFilter) -> Sequence[Change]:
        """The person's changes in the filter's market and state, whatever its facets: what facets are counted over."""
        found = self._store.changes(wanted.market or None, (wanted.state,))
        return [change for change in found if self._user.may(Role.VIEWER, change.market)]

    def neighbours(self, change_id: str, wanted: QueueFilter) -> Neighbours:
        """The changes beside this one in the filtered queue; after the last one comes the first."""
        change = self._change(change_id)
        first = (other for other in self._passing(wanted) if other.id != change.id)
        after = next(self._passing(wanted, change), None) or next(first, None)
        before = next(self._passing(wanted, change, backwards=True), None)
        return Neighbours(before=before.id if before else None, after=after.id if after else None)

    def _passing(self, wanted: QueueFilter, beside: Change | None = None, *, backwards: bool = False) -> Iterator[Change]:
        """The changes that pass the filter, from the one `beside` on, read only as far as they are asked for."""
        found = self._store.queue(wanted.market or None, wanted.state, beside.id if beside else None, backwards=backwards)
        return (change for change in found if self._user.may(Role.VIEWER, change.market) and wanted.selects(change))

    def card(self, change_id: str) -> Card:
        """The change with its evidence. Raises NotFoundError."""
        change = self._change(change_id)
        return card_of(change, self._store, self._markets.get(change.market), self._day)

    def approve(self, change_id: str, *, version: int | None = None, override: bool = False, comment: str = "") -> Change:
        """Approve what is proposed. Raises ConflictError, BlockedError, ForbiddenError, IllegalTransitionError."""
        return self._decide(change_id, Verdict.APPROVE, version, override=override, comment=comment)

    def edit(
        self, change_id: str, text: FaqText, *, category: str, root_cause: RootCause | None, version: int | None = None,
        override: bool = False, comment: str = "",
    ) -> Change:  # fmt: skip
        """Approve `text` instead; it is judged as a draft is.

        Raises as approve, and BlockedError for an unchanged text and for one that is not sayable.
        """
        change, text = self._change(change_id), normal(text)
        if change.revision is None:
            raise BlockedError("a retirement has no text to edit", "approve or reject it")
        if text == change.revision.text:
            raise BlockedError("the text is what was proposed", f"approve it: kb review approve {change_id}")
        check_sayable(text)
        revision = change.revision.model_copy(
            update={
                "text": text,
                "provenance": Provenance(actor=self._user.name, source_revision=change.source_revision),
            }
        )
        return self._decide(
            change_id, Verdict.EDIT, version, category=category, root_cause=root_cause, override=override, comment=comment,
            edited=EditedText(revision=revision, assessment=self.assess(change, text)),
        )  # fmt: skip

    def reject(
        self, change_id: str, *, category: str, root_cause: RootCause | None, version: int | None = None, comment: str = ""
    ) -> Change:
        """Reject what is proposed, with a reason. Raises as approve."""
        return self._decide(change_id, Verdict.REJECT, version, category=category, root_cause=root_cause, comment=comment)

    def request_changes(self, change_id: str, comment: str, *, version: int | None = None) -> Change:
        """Ask for another text: the next run shows the model what `comment` says. Raises as approve."""
        change = self._change(change_id)
        is_written = change.revision is not None and change.source_faq_id is not None  # else the decision itself is refused
        if is_written and not may_be_rewritten(change, self._store.source_faq(change.source_faq_id or "")):
            raise BlockedError("its source is gone, so no model can be asked", f"edit it: kb review edit {change_id}")
        return self._decide(change_id, Verdict.REQUEST_CHANGES, version, comment=comment)

    def take_back(self, change_id: str, *, version: int | None = None, comment: str = "") -> Change:
        """Take a request for changes back, whoever made it: the change waits for a decision again. Raises as approve."""
        return self._decide(change_id, Verdict.TAKE_BACK, version, comment=comment)

    def check(self, change: Change, text: FaqText) -> tuple[Finding, ...]:
        """The findings on `text`, as if it were the change's, as far as they can be had while it is typed."""
        return self._assessor.findings(change, text)

    def assess(self, change: Change, text: FaqText) -> Assessment:
        """All that is known of `text`, as if it were the change's: what `edit` judges it by."""
        return self._assessor.assess(change, text)

    def _change(self, change_id: str) -> Change:
        change = self._store.change(change_id)
        if not self._user.may(Role.VIEWER, change.market):
            raise NotFoundError(f"no change '{change_id}'", "list the ids: kb review list")
        return change

    def _decide(
        self, change_id: str, verdict: Verdict, version: int | None, *, category: str = "", root_cause: RootCause | None = None,
        override: bool = False, comment: str = "", edited: EditedText | None = None,
    ) -> Change:  # fmt: skip
        change = self._change(change_id)
        if not self._user.may(Role.REVIEWER, change.market):
            raise ForbiddenError(f"'{self._user.name}' may look, but not decide", "ask an admin for the role reviewer")
        decision = Decision(
            change_id=change.id,
            verdict=verdict,
            actor=self._user.name,
            seen_version=change.version if version is None else version,
            category=category,
            root_cause=root_cause,
            comment=comment,
            override_critical=override,
        )
        return self._store.decide(decision, edited)
