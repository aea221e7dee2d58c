"""An entry as it is compared with others: its text, its vectors, and what is found in it once."""

from dataclasses import dataclass
from functools import cached_property

from kb_pipeline.domain.facts import Fact
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.ports.models import Vector, Vectors
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.facts.compare import COMPARED
from kb_pipeline.steps.language.stems import content_words


@dataclass(frozen=True, eq=False)
class ComparedEntry:
    """A text to be compared. `question_vectors` has a row for the question and each phrasing, `answer_vector` is one row."""

    id: str  # an entry id
    source_faq_id: str | None
    language: str
    text: FaqText
    question_vectors: Vectors
    answer_vector: Vector

    @cached_property
    def words(self) -> frozenset[str]:
        """Content words of the question."""
        return content_words(self.text.question, self.language)

    @cached_property
    def question_facts(self) -> tuple[Fact, ...]:
        """Facts of the question."""
        return _facts(self.text.question, self.language)

    @cached_property
    def answer_facts(self) -> tuple[Fact, ...]:
        """Facts of the answer."""
        return _facts(self.text.answer, self.language)


def _facts(text: str, language: str) -> tuple[Fact, ...]:
    return tuple(fact for fact in extract(text, language) if fact.kind in COMPARED)
