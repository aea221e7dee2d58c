"""Fixes of findings that are certain, and which findings another wording must mend. Values in, values out."""

from collections.abc import Iterable, Sequence

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, Severity, TextPart
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.language.tags import primary


def needs_model(source_language: str, market: Market, findings: Sequence[Finding]) -> bool:
    """Whether a source text must be rewritten for the market: another language, or something that no certain fix mends."""
    return primary(source_language) != market.language or any(f.fix is None for f in findings)


def apply_fixes(text: FaqText, findings: Sequence[Finding]) -> FaqText:
    """`text` with every finding's fix in its place; of two that overlap the longer one, the other is left to the next check."""

    def fixed(part: TextPart, written: str, phrasing: int | None = None) -> str:
        return fixed_text(written, [f for f in findings if f.is_in(part, phrasing)])

    return text.model_copy(
        update={
            "question": fixed(TextPart.QUESTION, text.question),
            "answer": fixed(TextPart.ANSWER, text.answer),
            "phrasings": tuple(fixed(TextPart.PHRASING, phrasing, number) for number, phrasing in enumerate(text.phrasings)),
        }
    )


def fixed_text(text: str, findings: Sequence[Finding]) -> str:
    """`text` with the fixes of `findings`, whose spans are in it."""
    return replaced(
        text, [(f.start, f.end, f.fix) for f in findings if f.fix is not None and f.start is not None and f.end is not None]
    )


def replaced(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """`text` with new words in the place of each span (start, end, new words); of two that overlap the longer one."""
    chosen: list[tuple[int, int, str]] = []
    for start, end, new in sorted(spans, key=lambda span: span[0] - span[1]):
        if all(end <= s or start >= e for s, e, _ in chosen):
            chosen.append((start, end, new))
    for start, end, new in sorted(chosen, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def worth_repairing(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that a repair round is paid for: major and critical ones."""
    return tuple(f for f in findings if f.severity is not Severity.MINOR)
