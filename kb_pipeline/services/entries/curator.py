"""What a person does with entries that are there: withdraw, restore, correct, say which of two holds. Every word is audited."""

from typing import NamedTuple, Protocol

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.changes import Change, ChangeKind, EntryState, Relation, RelationKind, RiskTier
from kb_pipeline.domain.conflicts import Conflict, check_word
from kb_pipeline.domain.entries import ListedEntry, base_of_correction
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision
from kb_pipeline.domain.sayable import normal
from kb_pipeline.errors import BlockedError, ConflictError, ForbiddenError, NotFoundError
from kb_pipeline.ports.changes import Proposals
from kb_pipeline.ports.entries import Withdrawals
from kb_pipeline.ports.models import Embedder
from kb_pipeline.services.entries.catalog import Catalog, CatalogStore, EntryView
from kb_pipeline.services.release.contradictions import Contradiction
from kb_pipeline.services.release.plan import Planner, PlanStore
from kb_pipeline.services.review.assess import Assessor
from kb_pipeline.services.review.reviewer import ReviewStore

BOTH = "both"  # that two contradicting texts hold: said in so many words, never by leaving something out


class CuratorStore(ReviewStore, CatalogStore, PlanStore, Withdrawals, Proposals, Protocol):
    """What it takes of the store."""


class MarketConflicts(NamedTuple):
    """A market's contradictions: those that wait for a word, and those that have one."""

    open: tuple[Contradiction, ...]
    settled: tuple[Contradiction, ...]


class Curator:
    """The use case of one person, `user`, who sees nothing of markets that are not theirs."""

    def __init__(self, store: CuratorStore, embedder: Embedder, assessor: Assessor, user: User) -> None:
        self.catalog = Catalog(store, user)
        self._store = store
        self._embedder = embedder
        self._assessor = assessor
        self._user = user

    def withdraw(self, id_prefix: str, reason: str) -> EntryView:
        """Silence the entry at once, whatever release is live, until it is restored or another text is approved.

        Raises NotFoundError, ForbiddenError, BlockedError (no reason, never approved, withdrawn already).
        """
        entry = self._entry_for(id_prefix, Role.PUBLISHER, "withdraw")
        self._store.withdraw_entry(entry.id, self._user.name, reason)
        return self.catalog.view(entry.id)

    def restore(self, id_prefix: str, reason: str) -> EntryView:
        """Take the withdrawal back.

        Raises NotFoundError, ForbiddenError, BlockedError (no reason, not withdrawn, or it contradicts what is live).
        """
        entry = self._entry_for(id_prefix, Role.PUBLISHER, "restore")
        if entry.state is EntryState.WITHDRAWN and entry.revision is not None:
            self._check_against_live(entry.revision)
        self._store.restore_entry(entry.id, self._user.name, reason)
        return self.catalog.view(entry.id)

    def correct(self, id_prefix: str, text: FaqText, reason: str) -> Change:
        """Propose `text` instead of what the entry says, or said before it was withdrawn: a change that people decide on.

        Raises NotFoundError, ForbiddenError, UnknownMarketError, BlockedError (no reason, the same text, a text that is
        not sayable, an entry that was never approved or is retired, or a change of it that waits).
        """
        entry, text = self._entry_for(id_prefix, Role.REVIEWER, "correct"), normal(text)
        base = base_of_correction(entry, self._store.approved_text(entry.id), text, reason)
        change = self._correction(entry, base, text)
        change = change.model_copy(update=dict(self._assessor.assess(change, text)))
        if not self._store.propose(change, reason=reason.strip()):
            raise ConflictError(f"entry {entry.id} moved meanwhile", f"look at it again: kb entry show {entry.id}")
        return change

    def _correction(self, entry: ListedEntry, base: Revision, text: FaqText) -> Change:
        faq = self._store.source_faq(entry.source_faq_id or "")
        made = Provenance(actor=self._user.name, source_revision=entry.source_revision)
        return Change(
            market=entry.market,
            entry_id=entry.id,
            kind=ChangeKind.UPDATE,
            revision=base.model_copy(update={"text": text, "provenance": made}),
            base_revision_id=base.id,
            generation=len(self._store.changes(entry.market, (), entry.id)),
            source_faq_id=entry.source_faq_id,
            source_revision=entry.source_revision,
            topics=faq.topics if faq else (),
            relation=Relation(kind=RelationKind.UPDATE, twin_id=entry.id),
            risk=RiskTier.HIGH,
            proposed_by=self._user.name,
        )

    def conflicts(self, market: str) -> MarketConflicts:
        """The contradictions among what is approved in the market. Raises NotFoundError."""
        if not self._user.may(Role.VIEWER, market):
            raise NotFoundError(f"no contradictions of '{market}'")
        settled = [conflict for conflict in self._store.conflicts(market) if not conflict.is_open]
        texts = self._store.revisions([id_ for conflict in settled for id_ in conflict.key])
        shown = (Contradiction(conflict=c, first=texts[c.first_revision], second=texts[c.second_revision]) for c in settled)
        return MarketConflicts(open=self._planner(market).compare().open, settled=tuple(shown))

    def settle(self, one: str, other: str, holds: str, reason: str) -> Conflict:
        """Say of two texts that the entry `holds` is right, which withdraws the other; or, with BOTH, that both hold.

        `one` and `other` are ids of revisions, or of entries, whose approved text is meant. The word is for these two texts
        only. Raises NotFoundError, ForbiddenError, BlockedError.
        """
        first, second = sorted((self._text(one), self._text(other)), key=lambda text: text.entry_id)
        if first.market != second.market or first.entry_id == second.entry_id:
            raise BlockedError("the two are no two entries of one market", "see: kb entry conflicts")
        if not self._user.may(Role.PUBLISHER, first.market):
            raise ForbiddenError(f"'{self._user.name}' may look, but not settle", f"ask an admin for the role {Role.PUBLISHER}")
        holds = "" if holds == BOTH else self.catalog.entry(holds).id
        wrong = self._entry_saying(second if holds == first.entry_id else first) if holds else None
        conflict = self._conflict(first, second)
        check_word(conflict, holds, reason)
        if wrong is not None and wrong.state is not EntryState.WITHDRAWN:
            self._store.withdraw_entry(wrong.id, self._user.name, reason)  # first: killed in between, too little is said
        return self._store.settle_conflict(conflict, self._user.name, holds, reason)

    def _entry_saying(self, text: Revision) -> ListedEntry:
        """The entry of `text`, if that is what it says now."""
        entry = self.catalog.entry(text.entry_id)
        if entry.revision is None or entry.revision.id != text.id:
            raise BlockedError(
                f"entry {entry.id} says something else by now than text {text.id}",
                f"withdraw it: kb entry withdraw {entry.id}; or say that both hold: --both",
            )
        return entry

    def _conflict(self, first: Revision, second: Revision) -> Conflict:
        """What is known of the two, or a conflict that a person alone sees."""
        known = {conflict.key: conflict for conflict in self._store.conflicts(first.market)}
        return known.get((first.id, second.id)) or Conflict(
            market=first.market,
            first_entry=first.entry_id,
            second_entry=second.entry_id,
            first_revision=first.id,
            second_revision=second.id,
            why="",
        )

    def _text(self, id_: str) -> Revision:
        """The revision of that id, or the approved text of that entry. Raises NotFoundError."""
        found = self._store.revisions([id_]).get(id_) or self._store.approved_text(self.catalog.entry(id_).id)
        if found is None or not self._user.may(Role.VIEWER, found.market):
            raise NotFoundError(f"no approved text '{id_}'", "see: kb entry conflicts")
        return found

    def _check_against_live(self, revision: Revision) -> None:
        planner = self._planner(revision.market)
        live = planner.live()
        if live is None:
            return
        silent = self._store.withdrawn_revisions().get(revision.market, frozenset()) - {revision.id}
        manifest = (item for item in self._store.manifest(live.market, live.number) if item.revision_id not in silent)
        comparison = planner.comparer.of_text(revision, tuple(manifest))
        self._store.save_conflicts(comparison.new)
        comparison.check()

    def _planner(self, market: str) -> Planner:
        return Planner(store=self._store, embedder=self._embedder, market=market)

    def _entry_for(self, id_prefix: str, role: Role, act: str) -> ListedEntry:
        """The entry, for a person with `role` in its market."""
        entry = self.catalog.entry(id_prefix)
        if not self._user.may(role, entry.market):
            raise ForbiddenError(f"'{self._user.name}' may look, but not {act}", f"ask an admin for the role {role}")
        return entry
