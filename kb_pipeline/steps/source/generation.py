"""What is due in writing source FAQs, and how a model's answer becomes FAQs. No I/O."""

from collections.abc import Collection, Sequence
from typing import Literal

from pydantic import Field
from rapidfuzz import fuzz

from kb_pipeline.domain.articles import Article, Chunk, Citation, Sentence
from kb_pipeline.domain.base import Value, comparison_key
from kb_pipeline.domain.faqs import FaqText, Provenance, SourceFaq
from kb_pipeline.domain.findings import Severity
from kb_pipeline.domain.sayable import writable
from kb_pipeline.steps.checks.grounding import prune, ungrounded

_SUCCESSOR = 45.0  # rapidfuzz ratio above which a new sentence is taken for the successor of a removed one; set by trying


class GeneratedFaq(Value):
    """One FAQ as the model gives it. The order of the fields is the order in which it writes them: sources before answer."""

    question: str = Field(min_length=3, max_length=140)
    sources: tuple[int, ...] = Field(max_length=6)
    answer: str = Field(min_length=2, max_length=500)
    phrasings: tuple[str, ...] = Field(max_length=2)


class GeneratedFaqs(Value):
    """The model's answer for one chunk."""

    faqs: tuple[GeneratedFaq, ...] = Field(max_length=4)


class RevisedFaq(Value):
    """The model's answer for one stale FAQ."""

    verdict: Literal["keep", "modify", "retire"]
    question: str = Field(max_length=140)
    sources: tuple[int, ...] = Field(max_length=6)
    answer: str = Field(max_length=500)


class GenerationTask(Value):
    """A chunk with sentences that no earlier call has seen. `uncovered` are their places (from 1) in the chunk."""

    chunk: Chunk
    topics: tuple[str, ...]
    uncovered: tuple[int, ...]

    @property
    def only(self) -> str:
        """Which sentences to write about, for the prompt; empty for all of them."""
        if len(self.uncovered) == len(self.chunk.sentences):
            return ""
        return ", ".join(f"[{n}]" for n in self.uncovered)

    @property
    def owned(self) -> tuple[str, ...]:
        """The hashes that are seen once this task is done."""
        return tuple(self.chunk.sentences[n - 1].hash for n in self.uncovered)


class RevisionTask(Value):
    """A stale FAQ: cited sentences are gone. `shown` are the sentences it may cite now, `added` the places of the new ones."""

    faq: SourceFaq
    removed: tuple[str, ...]
    shown: tuple[Sentence, ...]
    added: tuple[int, ...]

    @property
    def seen(self) -> tuple[str, ...]:
        """The hashes that are seen once this task is done."""
        return tuple(self.shown[n - 1].hash for n in self.added)


def plan_generation(article: Article, chunks: Sequence[Chunk], seen: Collection[str]) -> tuple[GenerationTask, ...]:
    """The chunks to send. A sentence that stands in two chunks is written about in the first, even if the second is new."""
    claimed = set(seen)
    tasks = []
    for chunk in chunks:
        uncovered = tuple(n for n, s in enumerate(chunk.sentences, 1) if s.hash not in claimed)
        claimed.update(s.hash for s in chunk.sentences)
        if uncovered:
            tasks.append(GenerationTask(chunk=chunk, topics=article.front_matter.topics, uncovered=uncovered))
    return tuple(tasks)


def plan_revisions(faqs: Sequence[SourceFaq], sentences: Sequence[Sentence], seen: Collection[str]) -> tuple[RevisionTask, ...]:
    """The stale FAQs of one article: a FAQ is stale if and only if a sentence that it cites changed or vanished."""
    present = {s.hash: s for s in sentences if s.is_citable}
    cited = {c.sentence_hash for faq in faqs for c in faq.citations}
    fresh = [s for s in present.values() if s.hash not in seen or s.hash not in cited]  # also what came back after it was gone
    tasks = []
    for faq in faqs:
        gone = [c for c in faq.citations if c.sentence_hash not in present]
        if not gone:
            continue
        successors = {s.hash for citation in gone if (s := _successor(citation, fresh))}
        kept = {c.sentence_hash for c in faq.citations} & present.keys()
        shown = tuple(s for s in sentences if s.is_citable and s.hash in kept | successors)
        tasks.append(
            RevisionTask(
                faq=faq,
                removed=tuple(c.text for c in gone),
                shown=shown,
                added=tuple(n for n, s in enumerate(shown, 1) if s.hash in successors),
            )
        )
    return tuple(tasks)


def _successor(citation: Citation, fresh: Sequence[Sentence]) -> Sentence | None:
    old = comparison_key(citation.text)
    scored = [(fuzz.ratio(old, comparison_key(s.claim)) + 10 * (s.heading_path == citation.heading_path), s) for s in fresh]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best if score >= _SUCCESSOR else None


def build_faqs(task: GenerationTask, answer: GeneratedFaqs, provenance: Provenance) -> tuple[SourceFaq, ...]:
    """The FAQs of a model's answer: numbers become citations, over-citing is pruned, repeated questions and phrasings go.

    A question without an answer, or the other way round, is no FAQ.
    """
    chunk = task.chunk
    faqs: dict[str, SourceFaq] = {}
    for item in answer.faqs:
        cited = [Citation.of(chunk.sentences[n - 1]) for n in dict.fromkeys(item.sources) if 0 < n <= len(chunk.sentences)]
        citations = prune(item.answer, tuple(cited), chunk.language)
        key, text = comparison_key(item.question).casefold(), clean_text(item.question, item.answer, item.phrasings)
        if key not in faqs and text.question and text.answer:
            faqs[key] = new_faq(task, text, citations, provenance)
    return tuple(faqs.values())


def new_faq(task: GenerationTask, text: FaqText, citations: tuple[Citation, ...], provenance: Provenance) -> SourceFaq:
    """The first revision of a FAQ from a chunk."""
    return SourceFaq(
        id=SourceFaq.identity(task.chunk.article_id, text.question, citations),
        article_id=task.chunk.article_id,
        language=task.chunk.language,
        revision=1,
        text=text,
        citations=citations,
        topics=task.topics,
        provenance=provenance.model_copy(update={"source_revision": 1}),
    )


def clean_text(question: str, answer: str, phrasings: Sequence[str]) -> FaqText:
    """The text as it can be written, white space trimmed, without phrasings that repeat the question or each other."""
    question, answer, *phrasings = (writable(text).strip() for text in (question, answer, *phrasings))
    known = {comparison_key(question).casefold()}
    kept = []
    for phrasing in phrasings:
        key = comparison_key(phrasing).casefold()
        if key and key not in known:
            known.add(key)
            kept.append(phrasing)
    return FaqText(question=question, answer=answer, phrasings=tuple(kept))


def revise_faq(task: RevisionTask, answer: RevisedFaq, provenance: Provenance) -> SourceFaq:
    """The next revision of a stale FAQ. `keep` keeps the text to the byte, and is believed only if the sentences ground it."""
    faq, revision = task.faq, task.faq.revision + 1
    if answer.verdict == "retire":
        return retire(faq, provenance)
    text, citations = faq.text, _anchor(faq.text.answer, task)
    if answer.verdict == "modify" or not is_grounded(faq.text, citations, faq.language):
        text = clean_text(
            answer.question.strip() or faq.text.question, answer.answer.strip() or faq.text.answer, faq.text.phrasings
        )
        cited = tuple(Citation.of(task.shown[n - 1]) for n in dict.fromkeys(answer.sources) if 0 < n <= len(task.shown))
        citations = prune(text.answer, cited or citations, faq.language)
    return faq.model_copy(
        update={
            "revision": revision,
            "text": text,
            "citations": citations,
            "provenance": provenance.model_copy(update={"source_revision": revision}),
        }
    )


def settle_without_model(task: RevisionTask, provenance: Provenance) -> SourceFaq | None:
    """The outcome where code can decide: nothing is left to cite -> retired; what is left still grounds it -> kept."""
    if not task.shown:
        return retire(task.faq, provenance)
    if task.added:
        return None
    citations = tuple(Citation.of(s) for s in task.shown)
    if not is_grounded(task.faq.text, citations, task.faq.language):
        return None
    revision = task.faq.revision + 1
    anchored = provenance.model_copy(update={"source_revision": revision})
    return task.faq.model_copy(update={"revision": revision, "citations": citations, "provenance": anchored})


def retire(faq: SourceFaq, provenance: Provenance) -> SourceFaq:
    """The revision that says: this FAQ is no more."""
    revision = faq.revision + 1
    anchored = provenance.model_copy(update={"source_revision": revision})
    return faq.model_copy(update={"revision": revision, "retired": True, "provenance": anchored})


def is_grounded(text: FaqText, citations: tuple[Citation, ...], language: str) -> bool:
    """Whether the citations support every sentence, fact and commitment of the answer. Minor findings only ask."""
    return bool(citations) and all(one.severity is Severity.MINOR for one in ungrounded(text, citations, language))


def _anchor(answer: str, task: RevisionTask) -> tuple[Citation, ...]:
    return prune(answer, tuple(Citation.of(s) for s in task.shown), task.faq.language)
