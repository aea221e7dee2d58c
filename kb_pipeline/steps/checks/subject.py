"""What a rule sees and what it is. No rules here."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.disguise import run_together, undisguised
from kb_pipeline.domain.facts import Fact
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity, TextPart
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.facts import FactComparison, Passage, extract
from kb_pipeline.steps.facts import compare as compare_facts
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.meaning import Difference, Reading, compare, read

_DIGIT = re.compile(r"\d")
_SHOWN = 80  # characters of a phrasing in a message


class Place(NamedTuple):
    """Which text of an entry is meant: the question, the answer, or the phrasing of that number, from 0."""

    part: TextPart
    phrasing: int | None = None


QUESTION, ANSWER = Place(TextPart.QUESTION), Place(TextPart.ANSWER)


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
    def undisguised(self) -> str:
        """`written` without its disguise, in lower case and in one line; see `domain.disguise`."""
        return run_together(undisguised(self.written)).lower()

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
        return compare_facts(self.passage, self.target_facts, self.market, self.day)

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """Where the target commits to something else than the source; the pack's own clauses are left out."""
        if not (self.source_text.strip() and self.target_text.strip()):
            return ()
        return compare(self.source_reading, self.target_reading)

    @cached_property
    def source_reading(self) -> Reading:
        """What the source commits to."""
        return read(self.source_text, self.source_language, self.source_facts)

    @cached_property
    def target_reading(self) -> Reading:
        """What the target commits to, without the pack's own clauses."""
        return read(self.without_clauses, self.market.tag, self.target_facts)

    @cached_property
    def without_clauses(self) -> str:
        """`target_text` without the clauses that the market's law wants, which no source has; same length."""
        text = self.target_text
        for clause in self.market.clauses:
            text = text.replace(clause.text, " " * len(clause.text))
        return text

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

    def place(self, start: int, end: int) -> tuple[Place, int, int]:
        """Where a span of `target_text` lies."""
        behind = len(self.target.question) + 1
        if start < behind:
            return QUESTION, start, min(end, behind - 1)
        return ANSWER, start - behind, end - behind

    def parts(self) -> tuple[tuple[Place, str], ...]:
        """The target's texts that are not empty: question, answer, each phrasing."""
        return self._parts

    def phrasings(self) -> tuple[tuple[Place, str], ...]:
        """The phrasings among `parts`."""
        return tuple([(place, text) for place, text in self.parts() if place.part is TextPart.PHRASING])

    def finditer(self, pattern: re.Pattern[str]) -> Iterator[tuple[Place, re.Match[str]]]:
        """Where a pattern matches in the target, and in which of its parts."""
        return ((place, match) for place, text in self.parts() for match in pattern.finditer(text))

    @cached_property
    def _parts(self) -> tuple[tuple[Place, str], ...]:
        parts = [(QUESTION, self.target.question), (ANSWER, self.target.answer)]
        parts += [(Place(TextPart.PHRASING, number), text) for number, text in enumerate(self.target.phrasings)]
        return tuple([(place, text) for place, text in parts if text])


@dataclass(frozen=True)
class Flaw:
    """One failure of a rule. `span` is in the text of `place`."""

    message: str
    place: Place = ANSWER
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
        """The findings of this rule on `subject`; of several phrasings the message names the one that is meant."""
        return [self.finding(_with_phrasing(flaw, subject.target)) for flaw in self.find(subject)]

    def finding(self, flaw: Flaw) -> Finding:
        """`flaw` under this rule's name, category and severity."""
        start, end = flaw.span or (None, None)
        return Finding(
            rule=self.id,
            category=self.category,
            severity=flaw.severity or self.severity,
            message=flaw.message,
            part=flaw.place.part,
            phrasing=flaw.place.phrasing,
            start=start,
            end=end,
            fix=flaw.fix if start is not None else None,
        )


def _with_phrasing(flaw: Flaw, target: FaqText) -> Flaw:
    if flaw.place.phrasing is None:
        return flaw
    text = target.phrasings[flaw.place.phrasing]
    shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
    return replace(flaw, message=f"phrasing '{shown}': {flaw.message}")


def rule(name: str, category: MqmCategory, severity: Severity) -> Callable[[Callable[[Subject], Iterable[Flaw]]], Rule]:
    """Make a rule of a function that yields flaws, or returns them."""

    def named(find: Callable[[Subject], Iterable[Flaw]]) -> Rule:
        return Rule(name, category, severity, find)

    return named
