"""Run the checks over any aligned text, whoever translated it: what a localization team uses without the rest.

Blocks go through one at a time; a report keeps counts only, so that the number of blocks and findings does not matter.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, Severity, worst
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.checks import PROFILES, Profile, Subject, run_rules


@dataclass(frozen=True, slots=True)
class CheckedBlock:
    """A block with the findings on it, by its index in the file and its place."""

    index: int
    place: str
    source: str
    target: str
    findings: tuple[Finding, ...]
    seconds: float  # that the rules took

    @property
    def is_critical(self) -> bool:
        """Whether any finding is critical."""
        return worst(self.findings) is Severity.CRITICAL


class QaReport(Value):
    """What the rules found, in numbers. `flagged` and `critical` count blocks with at least one finding of the kind."""

    blocks: int
    flagged: int
    critical: int
    findings: Mapping[str, int]  # by rule, the most frequent first
    seconds: float

    @property
    def blocks_per_second(self) -> float:
        """The speed of the checks, reading left out."""
        return self.blocks / self.seconds if self.seconds else 0.0


def check_blocks(
    blocks: Iterable[tuple[str, str, str]], source_language: str, market: Market, day: date, rules: Sequence[str] = ()
) -> Iterator[CheckedBlock]:
    """Check blocks of (source, target, place); `rules` are ids, none given: all that fit a block."""
    chosen = tuple(rule for rule in PROFILES[Profile.BLOCK] if not rules or rule.id in rules)
    for index, (source, target, place) in enumerate(blocks):
        began = time.perf_counter()
        findings = run_rules(_subject(source, target, source_language, market, day), chosen)
        seconds = time.perf_counter() - began
        yield CheckedBlock(index, place, source, target, findings, seconds)


def report_on(blocks: Iterable[CheckedBlock], show: Callable[[CheckedBlock], None]) -> QaReport:
    """Count what was found; `show` is called with each block."""
    count = flagged = critical = 0
    rules, seconds = Counter[str](), 0.0
    for block in blocks:
        count += 1
        seconds += block.seconds
        if block.findings:  # few have any
            flagged += 1
            critical += block.is_critical
            rules.update(finding.rule for finding in block.findings)
        show(block)
    return QaReport(blocks=count, flagged=flagged, critical=critical, findings=dict(rules.most_common()), seconds=seconds)


def _subject(source: str, target: str, source_language: str, market: Market, day: date) -> Subject:
    return Subject(
        source=FaqText(question="", answer=source),
        target=FaqText(question="", answer=target),
        source_language=source_language,
        market=market,
        day=day,
    )
