"""A source text in its place: what decides of which thing a value in it speaks. No market."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.facts import Fact
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.steps.facts.extract import extract
from kb_pipeline.steps.language.clauses import clause_around, statements
from kb_pipeline.steps.language.sentence_ends import sentence_spans

Span = tuple[int, int]
_LINE = re.compile(r"[^\n]+(?:\n(?=[a-z])[^\n]+)*")  # a line that goes on with a small letter is only wrapped


@dataclass(frozen=True, kw_only=True, eq=False)
class Passage:
    """A text with its facts; `question` is what it answers, `citations` are what it rests on, as far as both are known."""

    text: str
    language: str
    question: str = ""
    citations: tuple[Citation, ...] = ()

    @classmethod
    def of(cls, text: FaqText, language: str, citations: tuple[Citation, ...] = ()) -> Self:
        """Question and answer of a FAQ."""
        whole = f"{text.question}\n{text.answer}"
        return cls(text=whole, language=language, question=text.question, citations=citations)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts of `text`."""
        return extract(self.text, self.language)

    @cached_property
    def cited(self) -> tuple["Passage", ...]:
        """The cited sentences, each as a passage of its own."""
        return tuple(Passage(text=citation.text, language=self.language) for citation in self.citations)

    def statement_of(self, fact: Fact) -> Span:
        """The sentence in which a fact stands, or the part of it that is a sentence by itself."""
        return next(((a, b) for a, b in self._statements if a <= fact.start < b), (fact.start, fact.end))

    def clause_of(self, fact: Fact) -> Span:
        """The part of its statement in which a fact stands."""
        start, end = self.statement_of(fact)
        first, last = clause_around(self.text[start:end], fact.start - start, fact.end - start, self.language)
        return start + first, start + last

    def is_asked(self, fact: Fact) -> bool:
        """Whether a fact stands in the question itself."""
        return fact.start < self._behind_question

    @cached_property
    def _behind_question(self) -> int:
        return len(self.question) if self.text.startswith(f"{self.question}\n") else 0

    @cached_property
    def _statements(self) -> tuple[Span, ...]:
        parts = ((0, self._behind_question), (self._behind_question, len(self.text)))
        lines = [(line.start(), line[0]) for start, end in parts for line in _LINE.finditer(self.text, start, end)]
        sentences = [(at + start, at + end) for at, line in lines for start, end in sentence_spans(line)]
        return tuple(
            (at + start, at + end) for at, to in sentences for start, end in statements(self.text[at:to], self.language)
        )
