"""Localize the source FAQs that are due in one market: localize, check, repair, keep as draft with what remains."""

import threading
from datetime import date

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import Provenance, Revision, SourceFaq, entry_id
from kb_pipeline.domain.markets import Market
from kb_pipeline.errors import LLMItemError
from kb_pipeline.ports import LLM, Draft, Embedder, Progress, Store
from kb_pipeline.services.draft.work import Failure, run_all
from kb_pipeline.services.draft.write_entry import EntryWriter
from kb_pipeline.services.draft.write_sentences import SentenceWriter
from kb_pipeline.services.language.entry_checks import EntryChecks, Judged
from kb_pipeline.services.language.translation_memory import open_memory
from kb_pipeline.steps.localize.localization import needs_model
from kb_pipeline.steps.localize.lock import UNCERTAIN, uncertain


class Run(Value):
    """What the localizers of one run share. `repairs`: rounds at most for one text."""

    id: str
    day: date  # on which market facts hold or not
    parallel: int
    repairs: int


class LocalizeResult(Value):
    """What was done in one market; ids of source FAQs, each in one place."""

    market: str
    localized: tuple[str, ...] = ()  # as a whole, by a model
    edited: tuple[str, ...] = ()  # approved text, of which only those sentences changed that the source changed
    taken: tuple[str, ...] = ()  # source or approved text as it is, or with certain fixes: no model call
    remembered: tuple[str, ...] = ()  # the approved words for the very same source: no model call
    rechecked: tuple[str, ...] = ()  # the pack or a citation changed, the text still passes
    undisturbed: tuple[str, ...] = ()  # the source changed its wording only, and the market does not mind
    repaired: int = 0  # texts with fewer faults after a repair round
    kept: int = 0
    failures: tuple[Failure, ...] = ()

    @property
    def entries(self) -> int:
        """The entries that have a text after the run."""
        return sum(map(len, (self.localized, self.edited, self.taken, self.remembered))) + self.kept


class Localizer:
    """The use case for one market. One localizer is one run."""

    def __init__(self, store: Store, llm: LLM, embedder: Embedder, market: Market, progress: Progress, run: Run) -> None:
        self._store = store
        self._market = market
        self._progress = progress
        self._run = run
        self._checks = EntryChecks(market, embedder, run.day)
        self._entries = EntryWriter(llm, self._checks, lambda: open_memory(store, market.tag), repairs=run.repairs)
        self._sentences = SentenceWriter(llm, embedder, self._checks, self._entries)
        self._lock = threading.Lock()
        self._done: dict[str, list[str]] = {}
        self._repaired, self._failures = 0, list[Failure]()

    def due(self) -> tuple[SourceFaq, ...]:
        """The FAQs to localize now: their text changed since the draft, or a check that passed now fails."""
        drafts = {d.source_faq_id: d for d in self._store.drafts(self._market.tag)}
        return tuple(f for f in self._faqs() if self._is_due(f, drafts.get(f.id)))

    def run(self) -> LocalizeResult:
        """Do all that is due. Safe to kill and to run again at any moment."""
        due = self.due()
        ids = {f.id for f in due}
        drafts = {d.source_faq_id: d for d in self._store.drafts(self._market.tag)}
        others = [f for f in self._faqs() if f.id not in ids]
        for faq in others:
            self._refresh(faq, drafts[faq.id])
        run_all(f"localize {self._market.tag}", due, self._localize, parallel=self._run.parallel, progress=self._progress)
        done = {what: tuple(sorted(ids)) for what, ids in self._done.items()}
        return LocalizeResult(
            market=self._market.tag,
            localized=done.get("localized", ()),
            edited=done.get("edited", ()),
            taken=done.get("taken", ()),
            remembered=done.get("remembered", ()),
            rechecked=done.get("rechecked", ()),
            undisturbed=done.get("undisturbed", ()),
            repaired=self._repaired,
            kept=len(others),
            failures=tuple(self._failures),
        )

    def _faqs(self) -> list[SourceFaq]:
        articles = {a.id: a for a in self._store.articles()}
        allowed = {id_ for id_, article in articles.items() if article.is_for(self._market.tag)}
        return [faq for faq in self._store.source_faqs() if faq.article_id in allowed]

    def _is_due(self, faq: SourceFaq, draft: Draft | None) -> bool:
        if draft is None:
            return True
        if draft.source_text_hash != faq.text.hash and not self._is_undisturbed(faq, draft):
            return True
        if draft.pack_fingerprint == self._market.fingerprint:
            return False
        failed_before = {f.rule for f in draft.findings}
        return any(f.rule not in failed_before for f in self._judge_again(faq, draft).faults)

    def _is_undisturbed(self, faq: SourceFaq, draft: Draft) -> bool:
        """Whether only the source's wording changed since the draft was written, and the market keeps its text then."""
        if self._market.minor_source_changes != "keep":
            return False
        old = self._store.source_faq_at(faq.id, draft.revision.provenance.source_revision)
        return old is not None and self._sentences.is_minor(old.text, faq.text, faq.language)

    def _judge_again(self, faq: SourceFaq, draft: Draft) -> Judged:
        known = draft.similarity if draft.source_text_hash == faq.text.hash else None
        return self._checks.judge(faq, draft.revision.text, known)

    def _refresh(self, faq: SourceFaq, draft: Draft) -> None:
        """Keep a draft's text; bring its citations and findings up to date where the source or the pack moved."""
        if draft.pack_fingerprint == self._market.fingerprint and draft.source_revision == faq.revision:
            return
        judged = self._judge_again(faq, draft)
        doubts = tuple(f for f in draft.findings if f.rule == UNCERTAIN)
        self._save(faq, judged.model_copy(update={"own": judged.own + doubts}), draft.revision.provenance)
        self._note(faq, "rechecked" if draft.source_text_hash == faq.text.hash else "undisturbed")

    def _localize(self, faq: SourceFaq) -> str:
        approved = self._store.approved_text(entry_id(self._market.tag, faq.id))
        try:
            judged, made, how = self._from_approved(faq, approved) if approved else self._anew(faq)
        except LLMItemError as error:
            with self._lock:
                self._failures.append(Failure(item=faq.id, code=error.code, message=str(error)))
            return f"{faq.text.question}: failed"
        self._save(faq, judged, made)
        return self._note(faq, how, f"{how}, {len(judged.findings)} findings")

    def _from_approved(self, faq: SourceFaq, approved: Revision) -> tuple[Judged, Provenance, str]:
        """The approved text with as little changed as the source's change asks for."""
        made, old = self._provenance(faq), self._store.source_faq_at(faq.id, approved.provenance.source_revision)
        as_it_is = self._as_it_is(faq)
        if as_it_is and (old is None or approved.text == self._checks.mend(old, old.text).text):
            return as_it_is, made, "taken"
        if old is not None and old.text != faq.text:
            judged, made, repaired = self._sentences.edit(faq, old.text, approved.text, made)
            return self._counted(judged, made, repaired, "edited")
        mended = self._checks.mend(faq, approved.text)
        if old is not None and not mended.faults:
            return mended, made, "taken"
        judged, made, repaired = self._entries.write(faq, approved.text, made)
        doubted = judged.model_copy(update={"own": (*judged.own, uncertain())})
        return self._counted(doubted, made, repaired, "localized")

    def _anew(self, faq: SourceFaq) -> tuple[Judged, Provenance, str]:
        made = self._provenance(faq)
        if as_it_is := self._as_it_is(faq):
            return as_it_is, made, "taken"
        if remembered := self._entries.remembered(faq):
            return remembered, made, "remembered"
        return self._counted(*self._entries.write(faq, None, made), "localized")

    def _as_it_is(self, faq: SourceFaq) -> Judged | None:
        """The source's text with certain fixes, where that is all the market needs."""
        if needs_model(faq.language, self._market, ()):
            return None
        judged = self._checks.mend(faq, faq.text)
        return None if needs_model(faq.language, self._market, judged.faults) else judged

    def _provenance(self, faq: SourceFaq) -> Provenance:
        return Provenance(
            pack_fingerprint=self._market.fingerprint,
            source_revision=faq.revision,
            run_id=self._run.id,
            model=faq.provenance.model,
        )

    def _save(self, faq: SourceFaq, judged: Judged, made: Provenance) -> None:
        tag, id_ = self._market.tag, entry_id(self._market.tag, faq.id)
        revision = Revision(entry_id=id_, market=tag, language=tag, text=judged.text, citations=faq.citations, provenance=made)
        self._store.save_draft(
            Draft(
                market=tag,
                source_faq_id=faq.id,
                source_revision=faq.revision,
                source_text_hash=faq.text.hash,
                pack_fingerprint=self._market.fingerprint,
                revision=revision,
                findings=judged.findings,
                similarity=judged.similarity,
            )
        )

    def _counted(self, judged: Judged, made: Provenance, repaired: bool, how: str) -> tuple[Judged, Provenance, str]:
        with self._lock:
            self._repaired += repaired
        return judged, made, how

    def _note(self, faq: SourceFaq, how: str, note: str = "") -> str:
        with self._lock:
            self._done.setdefault(how, []).append(faq.id)
        return f"{faq.text.question}: {note}"
