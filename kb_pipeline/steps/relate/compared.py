"""An entry as it is compared with others: its text, its vectors, and what is read of it once."""

from dataclasses import dataclass
from functools import cached_property

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.ports.models import Vector, Vectors
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.facts.compare import COMPARED
from kb_pipeline.steps.language.concepts import Asked, asked, heavy_words
from kb_pipeline.steps.meaning import Reading, commitments


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
    def question_key(self) -> str:
        """The question; two that have the same are identical."""
        return comparison_key(self.text.question).casefold()

    @cached_property
    def asked(self) -> Asked:
        """What the question asks about."""
        return asked(self.text.question, self.language)

    @cached_property
    def asked_for(self) -> frozenset[str]:
        """What the question asks about without words that may be left out: texts that ask one question have the same."""
        return heavy_words(self.asked.concepts, self.language)

    @cached_property
    def question_facts(self) -> tuple[Fact, ...]:
        """Facts of the question, as of the answer."""
        return _facts(self.text.question, self.language)

    @cached_property
    def answer_reading(self) -> Reading:
        """What the answer commits to."""
        return commitments(self.text.answer, self.language)

    @cached_property
    def answer_facts(self) -> tuple[Fact, ...]:
        """Facts of the answer, but for counts: these are among the numbers that it commits to."""
        return _facts(self.text.answer, self.language)


def _facts(text: str, language: str) -> tuple[Fact, ...]:
    return tuple(fact for fact in extract(text, language) if fact.kind in COMPARED and fact.kind is not FactKind.COUNT)
