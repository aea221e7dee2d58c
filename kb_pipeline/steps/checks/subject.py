"""What a rule sees and what it is. No rules here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.facts import Fact
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity, TextPart
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.facts.numbers import primary


class Subject(Value):
    """A text to be checked: the source, what became of it in the market, and the day on which the market's facts must hold."""

    source: FaqText
    target: FaqText
    source_language: str
    market: Market
    citations: tuple[Citation, ...] = ()
    topics: tuple[str, ...] = ()
    similarity: float | None = None  # cosine of the source's and the target's meaning, -1 to 1; None: not measured
    day: date

    @cached_property
    def source_text(self) -> str:
        """Question and answer of the source."""
        return f"{self.source.question}\n{self.source.answer}"

    @cached_property
    def target_text(self) -> str:
        """Question and answer of the target."""
        return f"{self.target.question}\n{self.target.answer}"

    @cached_property
    def source_facts(self) -> tuple[Fact, ...]:
        """The facts of `source_text`."""
        return extract(self.source_text, self.source_language)

    @cached_property
    def target_facts(self) -> tuple[Fact, ...]:
        """The facts of `target_text`."""
        return extract(self.target_text, self.market.tag)

    @property
    def same_language(self) -> bool:
        """Whether the source is already in the market's language."""
        return primary(self.source_language) == self.market.language

    def speaks(self, language: str) -> bool:
        """Whether `language`, of a row of the pack, is the source's; an empty one is every language."""
        return not language or primary(language) == primary(self.source_language)

    def place(self, start: int, end: int) -> tuple[TextPart, int, int]:
        """Where a span of `target_text` lies."""
        behind = len(self.target.question) + 1
        if start < behind:
            return TextPart.QUESTION, start, min(end, behind - 1)
        return TextPart.ANSWER, start - behind, end - behind

    def parts(self) -> Iterator[tuple[TextPart, str]]:
        """The target's texts: question, answer, each phrasing."""
        yield TextPart.QUESTION, self.target.question
        yield TextPart.ANSWER, self.target.answer
        for phrasing in self.target.phrasings:
            yield TextPart.PHRASING, phrasing


@dataclass(frozen=True)
class Flaw:
    """One failure of a rule. `span` is in `part`; for a phrasing it is dropped, as a finding does not say which one."""

    message: str
    part: TextPart = TextPart.ANSWER
    span: tuple[int, int] | None = None
    fix: str | None = None
    severity: Severity | None = None  # None: the rule's own


@dataclass(frozen=True)
class Rule:
    """A named rule; calling it yields the findings on a subject."""

    id: str
    category: MqmCategory
    severity: Severity
    find: Callable[[Subject], Iterator[Flaw]]

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """The findings of this rule on `subject`."""
        for flaw in self.find(subject):
            yield self.finding(flaw)

    def finding(self, flaw: Flaw) -> Finding:
        """`flaw` under this rule's name, category and severity."""
        start, end = flaw.span if flaw.span and flaw.part is not TextPart.PHRASING else (None, None)
        return Finding(
            rule=self.id,
            category=self.category,
            severity=flaw.severity or self.severity,
            message=flaw.message,
            part=flaw.part,
            start=start,
            end=end,
            fix=flaw.fix if start is not None else None,
        )


def rule(name: str, category: MqmCategory, severity: Severity) -> Callable[[Callable[[Subject], Iterator[Flaw]]], Rule]:
    """Make a rule of a function that yields flaws."""

    def named(find: Callable[[Subject], Iterator[Flaw]]) -> Rule:
        return Rule(name, category, severity, find)

    return named
