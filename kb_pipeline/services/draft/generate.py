"""Write and revise the source FAQs that are due (`draft.due` says which). Results are stored one by one."""

from collections.abc import Sequence
from itertools import chain
from typing import Protocol

from kb_pipeline.domain.base import Json, Value, fingerprint
from kb_pipeline.domain.calls import Asks, ModelReply
from kb_pipeline.domain.faqs import Provenance, SourceFaq
from kb_pipeline.ports.articles import Articles
from kb_pipeline.ports.failures import FailureStore
from kb_pipeline.ports.faqs import SourceFaqStore
from kb_pipeline.ports.models import LLM
from kb_pipeline.ports.progress import Progress
from kb_pipeline.prompts import Prompt, load_prompt
from kb_pipeline.services.draft.due import due_faqs, stored_articles
from kb_pipeline.services.draft.work import Failure, Item, Outcomes, Result, Wait, Work, run_all, wait_for_others
from kb_pipeline.services.draft.write_questions import PROMPTS, QuestionWriter
from kb_pipeline.steps.language.tags import language_name
from kb_pipeline.steps.source.generation import (
    GeneratedFaqs,
    GenerationTask,
    RevisedFaq,
    RevisionTask,
    build_faqs,
    retire,
    revise_faq,
    settle_without_model,
)

_Reply = ModelReply[GeneratedFaqs] | ModelReply[RevisedFaq]
_GENERATE_TOKENS = 1000
_REVISE_TOKENS = 400


class GenerateStore(Articles, SourceFaqStore, FailureStore, Protocol):
    """What writing source FAQs takes of the store."""


class GenerateResult(Value):
    """What was done. `kept` FAQs were not touched and cost nothing; `resting` failed in so many runs that none tries them."""

    written: tuple[str, ...] = ()  # ids of new FAQs
    revised: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    kept: int = 0
    empty_chunks: int = 0  # chunks that hold nothing a customer would ask
    failures: tuple[Failure, ...] = ()
    still_due: tuple[str, ...] = ()  # chunks and FAQs that the run's cap left undone
    capped: str = ""  # which cap, in words
    resting: tuple[Failure, ...] = ()


class FaqWriter:
    """The use case: bring the source FAQs up to date with the articles. One writer is one run."""

    def __init__(
        self,
        store: GenerateStore,
        llm: LLM,
        progress: Progress,
        *,
        run_id: str,
        parallel: int,
        asks: Asks = "whole_faq",
        wait: Wait = wait_for_others,
    ) -> None:
        """`asks`: `sentence` for a model that is better at asking about a text than at writing one."""
        self._store = store
        self._llm = llm
        self._progress = progress
        self._run_id = run_id
        self._parallel = parallel
        self._questions = QuestionWriter(llm) if asks == "sentence" else None
        self._wait = wait

    def run(self) -> GenerateResult:
        """Do all that is due, once. Safe to kill and to run again at any moment."""
        due, before = due_faqs(stored_articles(self._store), self._store), {f.id for f in self._store.source_faqs()}
        orphans = self._retire_orphans()
        revise = Work("revise FAQs", self._revise, lambda task: task.faq.id, _revision_note, self._revision_identity)
        write = Work("write FAQs", self._write, _place, lambda faqs: f"{len(faqs)} FAQs", self._writing_identity)
        revisions = self._run_all(revise, due.stale)
        written = self._run_all(write, due.chunks)
        touched = (*orphans, *revisions.done)
        return GenerateResult(
            written=tuple(sorted(faq.id for faq in chain.from_iterable(written.done))),
            revised=tuple(sorted(faq.id for faq in touched if not faq.retired)),
            retired=tuple(sorted(faq.id for faq in touched if faq.retired)),
            kept=len(before - {faq.id for faq in touched}),
            empty_chunks=sum(1 for faqs in written.done if not faqs),
            failures=revisions.failures + written.failures,
            still_due=revisions.still_due + written.still_due,
            capped=revisions.capped or written.capped,
            resting=revisions.resting + written.resting,
        )

    def _run_all(self, work: Work[Item, Result], items: Sequence[Item]) -> Outcomes[Result]:
        return run_all(work, items, self._store, parallel=self._parallel, progress=self._progress, wait=self._wait)

    def _retire_orphans(self) -> list[SourceFaq]:
        """The FAQs whose article is gone, retired."""
        present = {article.id for article in self._store.articles()}
        retired = [retire(f, self._provenance(None)) for f in self._store.source_faqs() if f.article_id not in present]
        self._store.save_source_faqs(retired, {})
        return retired

    def _write(self, task: GenerationTask) -> Sequence[SourceFaq]:
        questions = self._questions
        faqs = questions.write(task, self._provenance(None)) if questions else self._written_whole(task)
        self._store.save_source_faqs(faqs, {task.chunk.article_id: task.owned})
        return faqs

    def _written_whole(self, task: GenerationTask) -> Sequence[SourceFaq]:
        """Questions and answers in one call."""
        chunk, prompt = task.chunk, load_prompt("generate_faqs")
        request = prompt.request(
            _GENERATE_TOKENS,
            language=language_name(chunk.language),
            title=chunk.title,
            heading=chunk.heading,
            sentences=[s.in_context for s in chunk.sentences],
            only=task.only,
        )
        reply = self._llm.ask(request, GeneratedFaqs)
        return build_faqs(task, reply.value, self._provenance(reply, prompt))

    def _revise(self, task: RevisionTask) -> SourceFaq:
        faq = settle_without_model(task, self._provenance(None)) or self._ask_for_revision(task)
        self._store.save_source_faqs([faq], {faq.article_id: task.seen})
        return faq

    def _ask_for_revision(self, task: RevisionTask) -> SourceFaq:
        old, prompt = task.faq, load_prompt("revise_faq")
        request = prompt.request(
            _REVISE_TOKENS,
            language=language_name(old.language),
            question=old.text.question,
            answer=old.text.answer,
            removed=task.removed,
            sentences=[s.in_context for s in task.shown],
            added=task.added,
        )
        reply = self._llm.ask(request, RevisedFaq)
        return revise_faq(task, reply.value, self._provenance(reply, prompt))

    def _writing_identity(self, task: GenerationTask) -> str:
        shown = [sentence.hash for sentence in task.chunk.sentences]
        place = (task.chunk.article_id, task.chunk.title, task.chunk.heading, shown, task.only)
        if self._questions:
            return self._identity(PROMPTS[0], load_prompt(PROMPTS[1]).fingerprint, *place)
        return self._identity("generate_faqs", *place)

    def _revision_identity(self, task: RevisionTask) -> str:
        shown = [sentence.hash for sentence in task.shown]
        return self._identity("revise_faq", task.faq.id, task.faq.text.hash, shown, list(task.removed), list(task.added))

    def _identity(self, prompt: str, *asked: Json) -> str:
        return fingerprint(prompt, load_prompt(prompt).fingerprint, self._llm.model, *asked)

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


def _place(task: GenerationTask) -> str:
    """The chunk's article and heading."""
    return f"{task.chunk.article_id}#{'/'.join(task.chunk.heading_path)}"


def _revision_note(faq: SourceFaq) -> str:
    return f"{faq.article_id}: {'retired' if faq.retired else 'revised'}"
