"""Write source FAQs for a small model: the answers are extracts of the article, the model only asks the questions."""

from collections.abc import Sequence
from typing import NamedTuple

from kb_pipeline.domain.articles import Chunk, Citation, SentenceKind
from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.faqs import Provenance, SourceFaq
from kb_pipeline.errors import LLMOutputError
from kb_pipeline.ports.models import LLM
from kb_pipeline.prompts import load_prompt
from kb_pipeline.services.draft.write_entry import paid
from kb_pipeline.steps.language.questions import asked, has_question_mark
from kb_pipeline.steps.language.scripts import scripts_of
from kb_pipeline.steps.localize.model_answers import LocalizedSentence
from kb_pipeline.steps.source.extracts import LONGEST, Extract, extracts
from kb_pipeline.steps.source.generation import GenerationTask, clean_text, new_faq

PROMPTS = ("ask_question", "ask_otherwise")
_TOKENS = 60  # of a question
_DRAWS = 3  # of a question at most, until one asks something
_PHRASINGS = 1  # each costs a call here and one in every market


class _Asked(NamedTuple):
    """A question, the extract that answers it, and what asking took."""

    question: str
    extract: Extract
    made: Provenance


class QuestionWriter:
    """Asks for the questions that a chunk's sentences answer. Thread-safe."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    def write(self, task: GenerationTask, made: Provenance) -> tuple[SourceFaq, ...]:
        """The FAQs of a chunk; extracts that answer the same question are one answer, where it is not too long.

        Raises LLMItemError, LLMUnavailableError.
        """
        asked = dict[str, list[_Asked]]()
        for extract in extracts(task):
            question, paid_for = self._question(task.chunk, extract, made)
            if question:
                asked.setdefault(comparison_key(question).casefold(), []).append(_Asked(question, extract, paid_for))
        return tuple(self._faq(task, *_as_one(alike)) for alike in asked.values())

    def _question(self, chunk: Chunk, extract: Extract, made: Provenance) -> tuple[str, Provenance]:
        """What an extract answers, empty where the model finds nothing to ask; and what it took."""
        for draw in range(_DRAWS):
            question, made = self._line("ask_question", draw, made, place=_place(chunk, extract), text=extract.answer)
            if _is_about(extract.answer, question) and _is_question(question, chunk.language):
                return question, made
        return "", made

    def _faq(self, task: GenerationTask, question: str, extract: Extract, made: Provenance) -> SourceFaq:
        chunk, phrasings = task.chunk, list[str]()
        for draw in range(_PHRASINGS):
            try:
                phrasing, made = self._line("ask_otherwise", draw, made, question=question)
            except LLMOutputError:
                continue
            if _is_about(question, phrasing) and _is_question(phrasing, chunk.language):
                phrasings.append(phrasing)
        citations = tuple(Citation.of(chunk.sentences[place - 1]) for place in extract.sources)
        return new_faq(task, clean_text(question, extract.answer, phrasings), citations, made)

    def _line(self, name: str, draw: int, made: Provenance, **values: str) -> tuple[str, Provenance]:
        prompt = load_prompt(name)
        request = prompt.request(_TOKENS, **values)
        reply = self._llm.ask(request.model_copy(update={"form": "line", "draw": draw}), LocalizedSentence)
        return reply.value.text.strip(), paid(made, prompt, reply)


def _as_one(alike: Sequence[_Asked]) -> _Asked:
    """Several extracts under the first one's question, as many as fit into one answer."""
    first, *others = alike
    for other in others:
        answer = f"{first.extract.answer}\n{other.extract.answer}"
        made = first.made.model_copy(
            update={"calls": (*first.made.calls, *other.made.calls), "usage": first.made.usage + other.made.usage}
        )
        sources = (*first.extract.sources, *(at for at in other.extract.sources if at not in first.extract.sources))
        extract = Extract(sources=sources, answer=answer) if len(answer) <= LONGEST else first.extract
        first = _Asked(first.question, extract, made)
    return first


def _place(chunk: Chunk, extract: Extract) -> str:
    """What names the text best: the heading of a list, which is steps or cases of one thing; else the page's title."""
    is_list = any(chunk.sentences[place - 1].kind is SentenceKind.ITEM for place in extract.sources)
    return chunk.heading_path[-1] if is_list and chunk.heading_path else chunk.title


def _is_about(text: str, question: str) -> bool:
    """Whether a line is no piece of the text, and is written as the text is: no English about Chinese."""
    (script, _), *_ = scripts_of(text).most_common(1) or [("Zyyy", 0)]
    return question not in text and (scripts_of(question)[script] > 0 or script == "Zyyy")


def _is_question(text: str, language: str) -> bool:
    """Whether a line asks something, as far as it is known of the language."""
    read = asked(text, language)
    return has_question_mark(text) or read is None or read.is_question
