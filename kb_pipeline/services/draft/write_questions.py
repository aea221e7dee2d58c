"""Write source FAQs for a small model: the answers are extracts of the article, the model only asks the questions."""

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.faqs import Provenance, SourceFaq
from kb_pipeline.errors import LLMOutputError
from kb_pipeline.ports.models import LLM
from kb_pipeline.prompts import load_prompt
from kb_pipeline.services.draft.write_entry import paid
from kb_pipeline.steps.language.questions import asked, has_question_mark
from kb_pipeline.steps.language.tags import language_name
from kb_pipeline.steps.localize.model_answers import LocalizedSentence
from kb_pipeline.steps.source.extracts import Extract, extracts
from kb_pipeline.steps.source.generation import GenerationTask, clean_text, new_faq

PROMPTS = ("ask_question", "ask_otherwise")
_TOKENS = 60  # of a question
_DRAWS = 3  # of a question at most, until one asks something
_PHRASINGS = 2


class QuestionWriter:
    """Asks for the questions that a chunk's sentences answer. Thread-safe."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    def write(self, task: GenerationTask, made: Provenance) -> tuple[SourceFaq, ...]:
        """The FAQs of a chunk; of those that ask the same only the first. Raises LLMItemError, LLMUnavailableError."""
        faqs = dict[str, SourceFaq]()
        for extract in extracts(task):
            faq = self._faq(task, extract, made)
            if faq is not None:
                faqs.setdefault(comparison_key(faq.text.question).casefold(), faq)
        return tuple(faqs.values())

    def _faq(self, task: GenerationTask, extract: Extract, made: Provenance) -> SourceFaq | None:
        """The FAQ of an extract; None where the model finds nothing to ask."""
        chunk = task.chunk
        for draw in range(_DRAWS):
            about = {"topic": chunk.topic, "text": extract.answer}
            question, made = self._line("ask_question", chunk.language, draw, made, **about)
            if _is_question(question, chunk.language) and question not in extract.answer:
                break
        else:
            return None
        phrasings = list[str]()
        for draw in range(_PHRASINGS):
            try:
                phrasing, made = self._line("ask_otherwise", chunk.language, draw, made, question=question)
            except LLMOutputError:
                continue
            if _is_question(phrasing, chunk.language):
                phrasings.append(phrasing)
        citations = tuple(Citation.of(chunk.sentences[place - 1]) for place in extract.sources)
        return new_faq(task, clean_text(question, extract.answer, phrasings), citations, made)

    def _line(self, name: str, language: str, draw: int, made: Provenance, **values: str) -> tuple[str, Provenance]:
        prompt = load_prompt(name)
        request = prompt.request(_TOKENS, language=language_name(language), **values)
        reply = self._llm.ask(request.model_copy(update={"form": "line", "draw": draw}), LocalizedSentence)
        return reply.value.text.strip(), paid(made, prompt, reply)


def _is_question(text: str, language: str) -> bool:
    """Whether a line asks something, as far as it is known of the language."""
    read = asked(text, language)
    return has_question_mark(text) or read is None or read.is_question
