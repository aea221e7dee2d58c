"""Run the checks over any aligned text, whoever translated it: what a localization team uses without the rest."""

import time
from collections.abc import Iterable, Sequence
from datetime import date

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, Severity
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.checks import BLOCK_RULES, Subject, run_checks


class BlockFinding(Value):
    """A finding on one block, by the block's index in the file and its place."""

    index: int
    place: str
    source: str
    target: str
    finding: Finding


class QaReport(Value):
    """What the rules found. `flagged` counts blocks with at least one finding."""

    blocks: int
    flagged: int
    findings: tuple[BlockFinding, ...]
    seconds: float

    @property
    def blocks_per_second(self) -> float:
        """The speed of the checks, reading left out."""
        return self.blocks / self.seconds if self.seconds else 0.0


def check_blocks(
    blocks: Iterable[tuple[str, str, str]], source_language: str, market: Market, day: date, rules: Sequence[str] = ()
) -> QaReport:
    """The findings on blocks of (source, target, place); `rules` are ids, none given: all that fit a block."""
    chosen = tuple(rule for rule in BLOCK_RULES if not rules or rule.id in rules)
    found, count, flagged, seconds = list[BlockFinding](), 0, 0, 0.0
    for index, (source, target, place) in enumerate(blocks):
        began = time.perf_counter()
        findings = run_checks(_subject(source, target, source_language, market, day), chosen)
        seconds += time.perf_counter() - began
        count += 1
        flagged += bool(findings)
        found += [BlockFinding(index=index, place=place, source=source, target=target, finding=f) for f in findings]
    return QaReport(blocks=count, flagged=flagged, findings=tuple(found), seconds=seconds)


def is_critical(report: QaReport) -> bool:
    """Whether any finding is critical."""
    return any(item.finding.severity is Severity.CRITICAL for item in report.findings)


def _subject(source: str, target: str, source_language: str, market: Market, day: date) -> Subject:
    return Subject(
        source=FaqText(question="", answer=source),
        target=FaqText(question="", answer=target),
        source_language=source_language,
        market=market,
        day=day,
    )
