"""What a rule sees and what it is. No rules here."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.facts import Fact
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity, TextPart
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.facts import FactComparison, Passage, compare, extract
from kb_pipeline.steps.language.tags import primary

_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """A text to be checked: the source, what became of it in the market, and the day on which the market's facts must hold.

    What several rules ask is found once. Two subjects are never equal, so that a rule may keep by subject what it found.
    """

    source: FaqText
    target: FaqText
    source_language: str
    market: Market
    citations: tuple[Citation, ...] = ()
    topics: tuple[str, ...] = ()
    similarity: float | None = None  # cosine of the source's and the target's meaning, -1 to 1; None: not measured
    day: date

    @cached_property
    def passage(self) -> Passage:
        """Question and answer of the source, with what is asked and cited."""
        return Passage.of(self.source, self.source_language, self.citations)

    @property
    def source_text(self) -> str:
        """Question and answer of the source."""
        return self.passage.text

    @cached_property
    def target_text(self) -> str:
        """Question and answer of the target."""
        return f"{self.target.question}\n{self.target.answer}"

    @cached_property
    def written(self) -> str:
        """All that the target says, phrasings too: what is nowhere in it need not be looked for in each part."""
        return "\n".join([text for _, text in self.parts()])

    @cached_property
    def lowered(self) -> str:
        """`written` in lower case."""
        return self.written.lower()

    @cached_property
    def latin(self) -> str:
        """What of `lowered` is ASCII, run together. English that is not in it is not in the text; the reverse may be chance."""
        return self.lowered.encode("ascii", "ignore").decode()

    @cached_property
    def has_digit(self) -> bool:
        """Whether a digit of any script is `written`."""
        return _DIGIT.search(self.written) is not None

    @property
    def source_facts(self) -> tuple[Fact, ...]:
        """The facts of `source_text`."""
        return self.passage.facts

    @cached_property
    def facts(self) -> FactComparison:
        """What became of the source's facts."""
        return compare(self.passage, self.target_facts, self.market, self.day)

    @cached_property
    def target_facts(self) -> tuple[Fact, ...]:
        """The facts of `target_text`."""
        return extract(self.target_text, self.market.tag)

    @cached_property
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

    def parts(self) -> tuple[tuple[TextPart, str], ...]:
        """The target's texts that are not empty: question, answer, each phrasing."""
        return self._parts

    def finditer(self, pattern: re.Pattern[str]) -> Iterator[tuple[TextPart, re.Match[str]]]:
        """Where a pattern matches in the target, and in which part."""
        return ((part, match) for part, text in self.parts() for match in pattern.finditer(text))

    @cached_property
    def _parts(self) -> tuple[tuple[TextPart, str], ...]:
        parts = [(TextPart.QUESTION, self.target.question), (TextPart.ANSWER, self.target.answer)]
        parts += [(TextPart.PHRASING, phrasing) for phrasing in self.target.phrasings]
        return tuple([(part, text) for part, text in parts if text])


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
    """A named rule; calling it finds what is wrong with a subject."""

    id: str
    category: MqmCategory
    severity: Severity
    find: Callable[[Subject], Iterable[Flaw]]

    def __call__(self, subject: Subject) -> list[Finding]:
        """The findings of this rule on `subject`."""
        return [self.finding(flaw) for flaw in self.find(subject)]

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


def rule(name: str, category: MqmCategory, severity: Severity) -> Callable[[Callable[[Subject], Iterable[Flaw]]], Rule]:
    """Make a rule of a function that yields flaws, or returns them."""

    def named(find: Callable[[Subject], Iterable[Flaw]]) -> Rule:
        return Rule(name, category, severity, find)

    return named
