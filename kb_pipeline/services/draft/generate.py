"""Write and revise the source FAQs that are due (steps.source.generation says which); results are stored one by one."""

import threading
from collections.abc import Sequence

from kb_pipeline.domain.articles import Article
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import Provenance, SourceFaq
from kb_pipeline.errors import LLMItemError
from kb_pipeline.ports import LLM, ModelReply, Progress, Store
from kb_pipeline.prompts import Prompt, load_prompt
from kb_pipeline.services.draft.work import Failure, run_all
from kb_pipeline.steps.language.tags import language_name
from kb_pipeline.steps.source.generation import (
    GeneratedFaqs,
    GenerationTask,
    RevisedFaq,
    RevisionTask,
    build_faqs,
    plan_generation,
    plan_revisions,
    retire,
    revise_faq,
    settle_without_model,
)

_Reply = ModelReply[GeneratedFaqs] | ModelReply[RevisedFaq]
_GENERATE_TOKENS = 1000
_REVISE_TOKENS = 400


class GenerationPlan(Value):
    """What is due: chunks to write about, stale FAQs to revise, FAQs whose article is gone."""

    chunks: tuple[GenerationTask, ...] = ()
    stale: tuple[RevisionTask, ...] = ()
    orphans: tuple[SourceFaq, ...] = ()


class GenerateResult(Value):
    """What was done. `kept` FAQs were not touched and cost nothing."""

    written: tuple[str, ...] = ()  # ids of new FAQs
    revised: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    kept: int = 0
    empty_chunks: int = 0  # chunks that hold nothing a customer would ask
    failures: tuple[Failure, ...] = ()


class FaqWriter:
    """The use case: bring the source FAQs up to date with the articles. One writer is one run."""

    def __init__(self, store: Store, llm: LLM, progress: Progress, *, run_id: str, parallel: int) -> None:
        self._store = store
        self._llm = llm
        self._progress = progress
        self._run_id = run_id
        self._parallel = parallel
        self._lock = threading.Lock()
        self._written, self._revised, self._retired = list[str](), list[str](), list[str]()
        self._failures, self._empty = list[Failure](), 0

    def plan(self) -> GenerationPlan:
        """What is due now, without doing it. Chunks are planned as if the stale FAQs were revised already."""
        articles = {a.id: a for a in self._store.articles()}
        chunks, stale, orphans = list[GenerationTask](), list[RevisionTask](), list[SourceFaq]()
        for faq in self._store.source_faqs():
            if faq.article_id not in articles:
                orphans.append(faq)
        for article in articles.values():
            tasks = self._plan_revisions(article)
            stale.extend(tasks)
            seen = self._store.seen_sentences(article.id).union(*(task.seen for task in tasks))
            chunks.extend(plan_generation(article, self._store.chunks(article.id), seen))
        return GenerationPlan(chunks=tuple(chunks), stale=tuple(stale), orphans=tuple(orphans))

    def run(self) -> GenerateResult:
        """Do all that is due, once. Safe to kill and to run again at any moment."""
        plan, before = self.plan(), {f.id for f in self._store.source_faqs()}
        for faq in plan.orphans:
            self._save([retire(faq, self._provenance(None))], {})
        run_all("revise FAQs", plan.stale, self._revise, parallel=self._parallel, progress=self._progress)
        run_all("write FAQs", plan.chunks, self._write, parallel=self._parallel, progress=self._progress)
        return GenerateResult(
            written=tuple(sorted(self._written)),
            revised=tuple(sorted(self._revised)),
            retired=tuple(sorted(self._retired)),
            kept=len(before - {*self._revised, *self._retired}),
            empty_chunks=self._empty,
            failures=tuple(self._failures),
        )

    def _plan_revisions(self, article: Article) -> tuple[RevisionTask, ...]:
        faqs = self._store.source_faqs(article.id)
        return plan_revisions(faqs, self._store.sentences(article.id), self._store.seen_sentences(article.id))

    def _write(self, task: GenerationTask) -> str:
        chunk, prompt = task.chunk, load_prompt("generate_faqs")
        request = prompt.request(
            _GENERATE_TOKENS,
            language=language_name(chunk.language),
            title=chunk.title,
            heading=chunk.heading,
            sentences=[s.claim for s in chunk.sentences],
            only=task.only,
        )
        try:
            reply = self._llm.ask(request, GeneratedFaqs)
        except LLMItemError as error:
            return self._fail(f"{chunk.article_id}#{'/'.join(chunk.heading_path)}", error)
        faqs = build_faqs(task, reply.value, self._provenance(reply, prompt))
        self._save(faqs, {chunk.article_id: task.owned})
        with self._lock:
            self._empty += not faqs
        return f"{chunk.article_id}: {len(faqs)}"

    def _revise(self, task: RevisionTask) -> str:
        faq = settle_without_model(task, self._provenance(None))
        if faq is None:
            old, prompt = task.faq, load_prompt("revise_faq")
            request = prompt.request(
                _REVISE_TOKENS,
                language=language_name(old.language),
                question=old.text.question,
                answer=old.text.answer,
                removed=task.removed,
                sentences=[s.claim for s in task.shown],
                added=task.added,
            )
            try:
                reply = self._llm.ask(request, RevisedFaq)
            except LLMItemError as error:
                return self._fail(old.id, error)
            faq = revise_faq(task, reply.value, self._provenance(reply, prompt))
        self._save([faq], {faq.article_id: task.seen})
        return f"{faq.article_id}: {'retired' if faq.retired else 'revised'}"

    def _save(self, faqs: Sequence[SourceFaq], seen: dict[str, tuple[str, ...]]) -> None:
        self._store.save_source_faqs(faqs, seen)
        with self._lock:
            for faq in faqs:
                done = self._retired if faq.retired else self._written if faq.revision == 1 else self._revised
                done.append(faq.id)

    def _fail(self, item: str, error: LLMItemError) -> str:
        with self._lock:
            self._failures.append(Failure(item=item, code=error.code, message=str(error)))
        return f"{item}: failed"

    def _provenance(self, reply: _Reply | None, prompt: Prompt | None = None) -> Provenance:
        if reply is None or prompt is None:
            return Provenance(run_id=self._run_id)
        return Provenance(
            prompt=prompt.name,
            prompt_fingerprint=prompt.fingerprint,
            model=reply.model,
            run_id=self._run_id,
            calls=reply.calls,
            usage=reply.usage,
        )
