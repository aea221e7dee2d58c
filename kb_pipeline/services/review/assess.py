"""A person's text, judged as a draft is: every rule, its meaning, its relation to the market's entries, its risk."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol

from kb_pipeline.domain.changes import Assessment, Change
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.markets import Market
from kb_pipeline.errors import KBError, UnknownMarketError
from kb_pipeline.ports.changes import Entries
from kb_pipeline.ports.faqs import SourceFaqs
from kb_pipeline.ports.models import Embedder
from kb_pipeline.services.language.entry_checks import EntryChecks
from kb_pipeline.services.relate.compared import EntryText
from kb_pipeline.services.relate.standing import StandingEntries
from kb_pipeline.steps.checks import Profile
from kb_pipeline.steps.checks.assessment import assess

_LOG = logging.getLogger(__name__)


class AssessStore(SourceFaqs, Entries, Protocol):
    """What assessing takes of the store."""


class Assessor:
    """Assesses texts of all markets. Keeps the markets' entries in memory, so one serves a whole process. Thread-safe."""

    def __init__(self, store: AssessStore, embedder: Embedder, markets: Sequence[Market], day: Callable[[], date]) -> None:
        self._store = store
        self._embedder = embedder
        self._markets: Mapping[str, Market] = {market.tag: market for market in markets}
        self._day = day
        self._standing = {tag: StandingEntries(store, embedder, tag) for tag in self._markets}
        self._checks: dict[str, EntryChecks] = {}

    def findings(self, change: Change, text: FaqText) -> tuple[Finding, ...]:
        """What can be said of `text` in the place of the change's while it is typed: every rule that needs no embedder."""
        checks, faq = self._checks_of(change.market), self._store.source_faq(change.source_faq_id or "")
        return checks.check(faq, text, profile=Profile.TYPING).findings if faq else checks.check_alone(text)

    def assess(self, change: Change, text: FaqText) -> Assessment:
        """All that is known of `text` in the place of the change's. Raises UnknownMarketError, and what the embedder raises."""
        checks, faq = self._checks_of(change.market), self._store.source_faq(change.source_faq_id or "")
        checked = checks.check(faq, text, profile=Profile.SAVING) if faq else None
        findings = checked.findings if checked else checks.check_alone(text)
        similarity = checked.similarity if checked else None
        entry = EntryText(change.entry_id, change.source_faq_id, change.market, text)
        relation = self._standing[change.market].relation(entry)
        before = () if faq else self._texts_before(change)
        return assess(text, findings, similarity, relation, change.topics, checks.market, before)

    def _texts_before(self, change: Change) -> tuple[FaqText, ...]:
        """The approved and the proposed text of a change."""
        revisions = (self._store.approved_text(change.entry_id), change.revision)
        return tuple(revision.text for revision in revisions if revision)

    def warm(self) -> None:
        """Read the markets' entries and load the embedder now, so that the first person need not wait."""
        for standing in self._standing.values():
            standing.refresh()
        self._embedder.embed(["ready?"], "query")

    def start(self) -> None:
        """`warm` beside the caller; what fails there fails again, and is told, when somebody needs it."""
        threading.Thread(target=self._warm_quietly, name="warm-assessor", daemon=True).start()

    def _warm_quietly(self) -> None:
        try:
            self.warm()
        except KBError as error:
            _LOG.warning("the first edit will take longer: %s", error)

    def _checks_of(self, tag: str) -> EntryChecks:
        market, day = self._markets.get(tag), self._day()
        if market is None:
            raise UnknownMarketError(f"no market pack for '{tag}'", "put the pack back before you edit its entries")
        known = self._checks.get(tag)
        if known is None or known.day != day:
            known = self._checks[tag] = EntryChecks(market, self._embedder, day)
        return known
