"""Localize the source FAQs that are due in one market: localize, check, repair, keep as draft with what remains."""

import threading
from datetime import date

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq, entry_id
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.markets import Market
from kb_pipeline.errors import LLMItemError
from kb_pipeline.ports import LLM, Draft, Message, ModelReply, Progress, Store
from kb_pipeline.prompts import load_prompt
from kb_pipeline.services.work import Failure, run_all
from kb_pipeline.steps.checks import Subject, run_checks
from kb_pipeline.steps.checks.grounding import ungrounded
from kb_pipeline.steps.localization import (
    LocalizedFaq,
    apply_fixes,
    in_market_values,
    needs_model,
    penalty,
    terms_for,
    worth_repairing,
)

_TOKENS = 500


class LocalizeResult(Value):
    """What was done in one market."""

    market: str
    localized: tuple[str, ...] = ()  # source FAQ ids, by a model
    taken: tuple[str, ...] = ()  # source text as it is, or with certain fixes: no model call
    rechecked: tuple[str, ...] = ()  # the pack changed, the text still passes
    repaired: int = 0  # texts with fewer faults after a repair round
    kept: int = 0
    failures: tuple[Failure, ...] = ()


class _Tally:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.localized: list[str] = []
        self.taken: list[str] = []
        self.rechecked: list[str] = []
        self.repaired = 0
        self.failures: list[Failure] = []


class Localizer:
    """The use case for one market. One localizer is one run."""

    def __init__(
        self, store: Store, llm: LLM, market: Market, progress: Progress, *, run_id: str, parallel: int, repairs: int, day: date
    ) -> None:
        self._store = store
        self._llm = llm
        self._market = market
        self._progress = progress
        self._run_id = run_id
        self._parallel = parallel
        self._repairs = repairs
        self._day = day
        self._tally = _Tally()

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
        run_all(f"localize {self._market.tag}", due, self._localize, parallel=self._parallel, progress=self._progress)
        tally = self._tally
        return LocalizeResult(
            market=self._market.tag,
            localized=tuple(sorted(tally.localized)),
            taken=tuple(sorted(tally.taken)),
            rechecked=tuple(sorted(tally.rechecked)),
            repaired=tally.repaired,
            kept=len(others),
            failures=tuple(tally.failures),
        )

    def check(self, faq: SourceFaq, text: FaqText) -> tuple[Finding, ...]:
        """All findings on `text` as the market's entry of `faq`; an answer that its citations do not support among them."""
        at_source = ungrounded(faq.text, faq.citations, faq.language)
        unplaced = tuple(f.model_copy(update={"start": None, "end": None, "fix": None}) for f in at_source)
        return run_checks(self._subject(faq, text)) + unplaced

    def _faqs(self) -> list[SourceFaq]:
        articles = {a.id: a for a in self._store.articles()}
        allowed = {id_ for id_, article in articles.items() if article.is_for(self._market.tag)}
        return [faq for faq in self._store.source_faqs() if faq.article_id in allowed]

    def _is_due(self, faq: SourceFaq, draft: Draft | None) -> bool:
        if draft is None or draft.source_text_hash != faq.text.hash:
            return True
        if draft.pack_fingerprint == self._market.fingerprint:
            return False
        failed_before = {f.rule for f in draft.findings}
        return any(f.rule not in failed_before for f in worth_repairing(self.check(faq, draft.revision.text)))

    def _refresh(self, faq: SourceFaq, draft: Draft) -> None:
        """Keep a draft's text; bring its citations and findings up to date where the source or the pack moved."""
        if draft.pack_fingerprint == self._market.fingerprint and draft.source_revision == faq.revision:
            return
        revision = draft.revision.model_copy(update={"citations": faq.citations})
        self._save(faq, revision, self.check(faq, revision.text))
        self._tally.rechecked.append(faq.id)

    def _localize(self, faq: SourceFaq) -> str:
        adapted = apply_fixes(faq.text, self.check(faq, faq.text))
        findings = self.check(faq, adapted)
        own = worth_repairing(run_checks(self._subject(faq, adapted)))
        if not needs_model(faq.language, self._market, own):
            self._save(faq, self._revision(faq, adapted, None), findings)
            return self._note(faq, self._tally.taken, "taken as it is")
        try:
            text, findings, reply = self._ask(faq)
        except LLMItemError as error:
            with self._tally.lock:
                self._tally.failures.append(Failure(item=faq.id, code=error.code, message=str(error)))
            return f"{faq.text.question}: failed"
        self._save(faq, self._revision(faq, text, reply), findings)
        return self._note(faq, self._tally.localized, f"{len(findings)} findings")

    def _ask(self, faq: SourceFaq) -> tuple[FaqText, tuple[Finding, ...], ModelReply[LocalizedFaq]]:
        messages = self._messages(faq)
        reply = self._llm.ask(load_prompt("localize_faq").request_of(messages, _TOKENS), LocalizedFaq)
        text, findings = self._fixed(faq, reply.value.text())
        for _ in range(self._repairs):
            faults = worth_repairing(run_checks(self._subject(faq, text)))
            if not faults:
                break
            repair = load_prompt("repair_faq")
            turn = repair.render(language=self._market.language_name, findings=[f.message for f in faults])
            asked = messages[-1].model_copy(update={"content": f"{messages[-1].content}\n{turn[0].content}"})
            again = self._llm.ask(repair.request_of((*messages[:-1], asked), _TOKENS), LocalizedFaq)
            better, fewer = self._fixed(faq, again.value.text())
            reply = _joined(reply, again)
            if penalty(fewer) < penalty(findings):
                text, findings = better, fewer
                with self._tally.lock:
                    self._tally.repaired += 1
        return text, findings, reply

    def _messages(self, faq: SourceFaq) -> tuple[Message, ...]:
        market = self._market
        shown = in_market_values(faq.text, faq.language, market, self._day)
        approved = self._store.approved_text(entry_id(market.tag, faq.id))
        return load_prompt("localize_faq").render(
            market=market.name,
            language=market.language_name,
            style=market.style_brief,
            examples=market.examples[:1],
            terms=terms_for(faq.text, faq.language, market),
            baseline=(approved.text.question, approved.text.answer) if approved else None,
            question=shown.question,
            answer=shown.answer,
            phrasings=shown.phrasings,
        )

    def _fixed(self, faq: SourceFaq, text: FaqText) -> tuple[FaqText, tuple[Finding, ...]]:
        fixed = apply_fixes(text, self.check(faq, text))
        return fixed, self.check(faq, fixed)

    def _subject(self, faq: SourceFaq, text: FaqText) -> Subject:
        return Subject(
            source=faq.text,
            target=text,
            source_language=faq.language,
            market=self._market,
            citations=faq.citations,
            day=self._day,
        )

    def _revision(self, faq: SourceFaq, text: FaqText, reply: ModelReply[LocalizedFaq] | None) -> Revision:
        provenance = Provenance(
            pack_fingerprint=self._market.fingerprint,
            source_revision=faq.revision,
            run_id=self._run_id,
            model=faq.provenance.model,
        )
        if reply is not None:
            prompt = load_prompt("localize_faq")
            made = {"prompt": prompt.name, "prompt_fingerprint": prompt.fingerprint, "model": reply.model}
            provenance = provenance.model_copy(update={**made, "calls": reply.calls, "usage": reply.usage})
        return Revision(
            entry_id=entry_id(self._market.tag, faq.id),
            market=self._market.tag,
            language=self._market.tag,
            text=text,
            citations=faq.citations,
            provenance=provenance,
        )

    def _save(self, faq: SourceFaq, revision: Revision, findings: tuple[Finding, ...]) -> None:
        self._store.save_draft(
            Draft(
                market=self._market.tag,
                source_faq_id=faq.id,
                source_revision=faq.revision,
                source_text_hash=faq.text.hash,
                pack_fingerprint=self._market.fingerprint,
                revision=revision,
                findings=findings,
            )
        )

    def _note(self, faq: SourceFaq, done: list[str], note: str) -> str:
        with self._tally.lock:
            done.append(faq.id)
        return f"{faq.text.question}: {note}"


def _joined(first: ModelReply[LocalizedFaq], second: ModelReply[LocalizedFaq]) -> ModelReply[LocalizedFaq]:
    cached = first.cached and second.cached
    return second.model_copy(
        update={"calls": (*first.calls, *second.calls), "usage": first.usage + second.usage, "cached": cached}
    )
