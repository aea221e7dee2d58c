"""Localize the source FAQs that are due in one market: localize, check, repair, keep as draft with what remains."""

from datetime import date
from typing import Literal, NamedTuple, Protocol

from kb_pipeline.domain.base import Value, fingerprint
from kb_pipeline.domain.calls import Asks
from kb_pipeline.domain.changes import ChangeRequest, ReturnReason
from kb_pipeline.domain.entries import Draft
from kb_pipeline.domain.faqs import Provenance, Revision, SourceFaq, entry_id
from kb_pipeline.domain.markets import Market
from kb_pipeline.errors import LLMItemError
from kb_pipeline.ports.changes import Entries, Requests
from kb_pipeline.ports.failures import FailureStore
from kb_pipeline.ports.faqs import DraftStore
from kb_pipeline.ports.models import LLM, Embedder
from kb_pipeline.ports.progress import Progress
from kb_pipeline.ports.translation_memory import MemoryPairs
from kb_pipeline.prompts import load_prompt
from kb_pipeline.services.draft.due import DueEntries, DueEntry, EntryStore, KeptEntry, due_entries
from kb_pipeline.services.draft.work import Failure, Wait, Work, run_all, wait_for_others
from kb_pipeline.services.draft.write_entry import EntryWriter
from kb_pipeline.services.draft.write_sentences import SentenceWriter
from kb_pipeline.services.draft.write_single import DRAWS, SingleSentences
from kb_pipeline.services.language.entry_checks import CheckedEntry, EntryChecks
from kb_pipeline.services.language.translation_memory import open_memory
from kb_pipeline.steps.localize.fixes import needs_model
from kb_pipeline.steps.localize.lock import UNCERTAIN, uncertain

_PROMPTS = ("localize_faq", "localize_sentence", "rewrite_faq", "repair_faq")
_SENTENCE_PROMPTS = ("translate_sentence", "localize_faq", "rewrite_faq", "repair_faq")
Way = Literal["localized", "requested", "edited", "taken", "remembered"]  # how an entry came to its text, see LocalizeResult


class LocalizeStore(EntryStore, DraftStore, Entries, Requests, MemoryPairs, FailureStore, Protocol):
    """What localizing takes of the store."""


class RunOptions(Value):
    """What the localizers of one run share. `repairs`: rounds at most for one text."""

    run_id: str
    day: date  # on which market facts hold or not
    parallel: int
    repairs: int
    asks: Asks = "whole_faq"
    wait: Wait = wait_for_others


class Localized(NamedTuple):
    """A source FAQ's text for the market, and how it came to be."""

    faq: SourceFaq
    checked: CheckedEntry
    provenance: Provenance
    way: Way
    repaired: bool = False  # a repair round left fewer faults


class LocalizeResult(Value):
    """What was done in one market; ids of source FAQs, each in one place."""

    market: str
    localized: tuple[str, ...] = ()  # as a whole, by a model
    requested: tuple[str, ...] = ()  # as a whole, by a model, since a person asked for changes
    edited: tuple[str, ...] = ()  # approved text, of which only those sentences changed that the source changed
    taken: tuple[str, ...] = ()  # source or approved text as it is, or with certain fixes: no model call
    remembered: tuple[str, ...] = ()  # the approved words for the very same source: no model call
    rechecked: tuple[str, ...] = ()  # the pack or a citation changed, the text still passes
    undisturbed: tuple[str, ...] = ()  # the source changed its wording only, and the market does not mind
    repaired: int = 0  # texts with fewer faults after a repair round
    left_out: int = 0  # phrasings that failed their checks
    kept: int = 0
    failures: tuple[Failure, ...] = ()
    still_due: tuple[str, ...] = ()  # that the run's cap left undone
    capped: str = ""  # which cap, in words
    resting: tuple[Failure, ...] = ()  # failed in so many runs that none tries them

    @property
    def entries(self) -> int:
        """The entries that have a text after the run."""
        return sum(map(len, (self.localized, self.requested, self.edited, self.taken, self.remembered))) + self.kept


class Localizer:
    """The use case for one market. One localizer is one run."""

    def __init__(
        self, store: LocalizeStore, llm: LLM, embedder: Embedder, market: Market, progress: Progress, options: RunOptions
    ) -> None:
        self._store = store
        self._llm = llm
        self._market = market
        self._progress = progress
        self._options = options
        self._checks = EntryChecks(market, embedder, options.day)
        self._entries = EntryWriter(llm, self._checks, lambda: open_memory(store, market.tag), repairs=options.repairs)
        single = SingleSentences(llm, self._checks, draws=DRAWS * options.repairs) if options.asks == "sentence" else None
        self._write = single.write if single else self._entries.write
        self._sentences = SentenceWriter(llm, embedder, self._checks, self._entries, single)

    def plan(self) -> DueEntries:
        """What is due now, and what stays. Nothing is written, no model is asked."""
        return due_entries(self._store, self._checks, self._sentences.is_minor)

    def run(self) -> LocalizeResult:
        """Do all that is due. Safe to kill and to run again at any moment."""
        plan = self.plan()
        refreshed = [kept for kept in plan.kept if self._refresh(kept)]
        work = Work(f"localize {self._market.tag}", self._localize, lambda due: due.faq.text.question, _note, self._identity)
        options = self._options
        outcomes = run_all(work, plan.due, self._store, parallel=options.parallel, progress=self._progress, wait=options.wait)
        same = {kept.faq.id: kept.draft.source_text_hash == kept.faq.text.hash for kept in refreshed}

        def ids(way: Way) -> tuple[str, ...]:
            return tuple(sorted(done.faq.id for done in outcomes.done if done.way == way))

        return LocalizeResult(
            market=self._market.tag,
            localized=ids("localized"),
            requested=ids("requested"),
            edited=ids("edited"),
            taken=ids("taken"),
            remembered=ids("remembered"),
            rechecked=tuple(sorted(id_ for id_, is_same in same.items() if is_same)),
            undisturbed=tuple(sorted(id_ for id_, is_same in same.items() if not is_same)),
            repaired=sum(done.repaired for done in outcomes.done),
            left_out=sum(len(done.checked.left_out) for done in outcomes.done),
            kept=len(plan.kept),
            failures=outcomes.failures,
            still_due=outcomes.still_due,
            capped=outcomes.capped,
            resting=outcomes.resting,
        )

    def _refresh(self, kept: KeptEntry) -> bool:
        """Keep a draft's text; bring its citations and findings up to date where the source or the pack moved."""
        if kept.checked is None:
            return False
        doubts = tuple(finding for finding in kept.draft.findings if finding.rule == UNCERTAIN)
        checked = kept.checked.with_doubts(*doubts)
        self._save(kept.faq, checked, kept.draft.revision.provenance, kept.draft.request)
        return True

    def _localize(self, due: DueEntry) -> Localized:
        faq = due.faq
        approved = self._store.approved_text(entry_id(self._market.tag, faq.id), withdrawn=False)
        if due.request:
            localized = self._as_requested(faq, approved, due.request)
        else:
            localized = self._from_approved(faq, approved) if approved else self._anew(faq)
        self._save(faq, localized.checked, localized.provenance, due.request)
        return localized

    def _as_requested(self, faq: SourceFaq, approved: Revision | None, request: ChangeRequest) -> Localized:
        """The whole text anew, whatever is locked: a person asked for it. A call that fails gives the change back to people."""
        try:
            checked, made, repaired = self._entries.rewrite(
                faq, approved.text if approved else None, request, self._provenance(faq)
            )
        except LLMItemError as error:
            self._store.give_back(request, ReturnReason.CALL_FAILED, error.message)
            raise
        if approved:
            checked = checked.with_doubts(uncertain())
        return Localized(faq, checked, made, "requested", repaired)

    def _from_approved(self, faq: SourceFaq, approved: Revision) -> Localized:
        """The approved text with as little changed as the source's change asks for."""
        made, old = self._provenance(faq), self._store.source_faq_at(faq.id, approved.provenance.source_revision)
        as_it_is = self._as_it_is(faq)
        if as_it_is and (old is None or approved.text == self._checks.mend(old, old.text).text):
            return Localized(faq, as_it_is, made, "taken")
        if old is not None and old.text != faq.text:
            checked, made, repaired = self._sentences.edit(faq, old.text, approved.text, made)
            return Localized(faq, checked, made, "edited", repaired)
        mended = self._checks.mend(faq, approved.text)
        if old is not None and not mended.faults:
            return Localized(faq, mended, made, "taken")
        checked, made, repaired = self._write(faq, approved.text, made)
        doubted = checked.with_doubts(uncertain())
        return Localized(faq, doubted, made, "localized", repaired)

    def _anew(self, faq: SourceFaq) -> Localized:
        made = self._provenance(faq)
        if as_it_is := self._as_it_is(faq):
            return Localized(faq, as_it_is, made, "taken")
        if remembered := self._entries.remembered(faq):
            return Localized(faq, remembered, made, "remembered")
        checked, made, repaired = self._write(faq, None, made)
        return Localized(faq, checked, made, "localized", repaired)

    def _as_it_is(self, faq: SourceFaq) -> CheckedEntry | None:
        """The source's text with certain fixes, where that is all the market needs."""
        if needs_model(faq.language, self._market, ()):
            return None
        checked = self._checks.mend(faq, faq.text)
        return None if needs_model(faq.language, self._market, checked.faults) else checked

    def _identity(self, due: DueEntry) -> str:
        asked = due.request.model_dump(mode="json") if due.request else None
        names = _PROMPTS if self._options.asks == "whole_faq" else _SENTENCE_PROMPTS
        prompts = [load_prompt(name).fingerprint for name in names]
        return fingerprint("localize", prompts, self._llm.model, self._market.fingerprint, due.faq.id, due.faq.text.hash, asked)

    def _provenance(self, faq: SourceFaq) -> Provenance:
        return Provenance(
            pack_fingerprint=self._market.fingerprint,
            source_revision=faq.revision,
            run_id=self._options.run_id,
            model=faq.provenance.model,
        )

    def _save(self, faq: SourceFaq, checked: CheckedEntry, made: Provenance, request: ChangeRequest | None) -> None:
        tag, id_ = self._market.tag, entry_id(self._market.tag, faq.id)
        revision = Revision(entry_id=id_, market=tag, language=tag, text=checked.text, citations=faq.citations, provenance=made)
        self._store.save_draft(
            Draft(
                market=tag,
                source_faq_id=faq.id,
                source_revision=faq.revision,
                source_text_hash=faq.text.hash,
                pack_fingerprint=self._market.fingerprint,
                revision=revision,
                findings=checked.findings,
                similarity=checked.similarity,
                request=request,
            )
        )


def _note(done: Localized) -> str:
    return f"{done.faq.text.question}: {done.way}, {len(done.checked.findings)} findings"
