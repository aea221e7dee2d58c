"""What a localization prompt needs from the market's pack, when a text needs none, and fixes that are certain. No I/O."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from pydantic import Field

from kb_pipeline.domain.base import Value, comparison_key
from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, Severity, TextPart
from kb_pipeline.domain.markets import Market, TermStatus
from kb_pipeline.steps.facts import compare, extract
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.localize.terms import Lexicon, labels_in, longest

_BOLD = re.compile(r"\*\*[^*\n]*\*\*")
_STATED = (TermStatus.PREFERRED, TermStatus.DO_NOT_TRANSLATE)


class LocalizedFaq(Value):
    """The model's answer for one entry."""

    question: str = Field(min_length=2, max_length=160)
    answer: str = Field(min_length=2, max_length=700)
    phrasings: tuple[str, ...] = Field(max_length=2)

    def text(self) -> FaqText:
        """As the text of an entry, trimmed, without repeated phrasings."""
        phrasings = dict.fromkeys(p.strip() for p in self.phrasings if p.strip())
        phrasings.pop(self.question.strip(), None)
        return FaqText(question=self.question.strip(), answer=self.answer.strip(), phrasings=tuple(phrasings))


class LocalizedSentence(Value):
    """The model's answer for one piece of an approved entry."""

    text: str = Field(min_length=1, max_length=700)


def terms_for(text: FaqText, language: str, market: Market) -> tuple[tuple[str, str], ...]:
    """The words that the prompt must state, as (source, target): terms that occur in `text`, and labels that it names unmarked.

    Of terms that overlap the longest: where `buyer protection` stands, `buyer` is not stated for it. Bold labels are shown in
    the market's words already, see `in_market_values`.
    """
    usable = [t for t in market.terms if t.status in _STATED and t.source and _speaks(language, t.source_lang)]
    names = {t.source for t in usable if t.status is TermStatus.DO_NOT_TRANSLATE}
    lexicon = Lexicon((t.source for t in usable), language, names=names)
    whole = "\n".join((text.question, text.answer, *text.phrasings))
    met = {hit.term for hit in longest(lexicon.find(whole))}
    labels = {u.source: u.target for u in market.ui_strings if _speaks(language, u.source_lang)}
    named = {label: labels[label] for label in labels_in(_BOLD.sub(" ", whole), labels, language)}
    return tuple((named | {t.source: t.target or t.source for t in usable if t.source in met}).items())


def in_market_values(text: FaqText, language: str, market: Market, day: date) -> FaqText:
    """`text` with the market's own values and live labels in the place of the source's: what a model has only to copy.

    A small model told "write ฿150 instead of $4.99" still writes $4.99; shown ฿150, it copies it.
    """

    def adapted(part: str) -> str:
        found = extract(part, language)
        spans = [(fact.start, fact.end, rule.value) for fact, rule in compare(found, (), market, day).ruled]
        labels = [fact for fact in found if fact.kind is FactKind.UI_LABEL]
        spans += [(f.start, f.end, live) for f in labels if (live := _live_label(f.raw, language, market))]
        return _replaced(part, spans)

    return FaqText(question=adapted(text.question), answer=adapted(text.answer), phrasings=tuple(map(adapted, text.phrasings)))


def _live_label(label: str, language: str, market: Market) -> str:
    key = comparison_key(label).casefold()
    ours = (u for u in market.ui_strings if _speaks(language, u.source_lang))
    return next((u.target for u in ours if comparison_key(u.source).casefold() == key), "")


def _speaks(language: str, source_lang: str) -> bool:
    return not source_lang or primary(language) == primary(source_lang)


def needs_model(source_language: str, market: Market, findings: Sequence[Finding]) -> bool:
    """Whether a source text must be rewritten for the market: another language, or something that no certain fix mends."""
    return primary(source_language) != market.language or any(f.fix is None for f in findings)


def apply_fixes(text: FaqText, findings: Sequence[Finding]) -> FaqText:
    """`text` with every finding's fix in its place; of two that overlap the longer one, the other is left to the next check."""
    fixed = {
        part: fixed_text(written, [f for f in findings if f.part is part])
        for part, written in ((TextPart.QUESTION, text.question), (TextPart.ANSWER, text.answer))
    }
    return text.model_copy(update={"question": fixed[TextPart.QUESTION], "answer": fixed[TextPart.ANSWER]})


def fixed_text(text: str, findings: Sequence[Finding]) -> str:
    """`text` with the fixes of `findings`, whose spans are in it."""
    return _replaced(
        text, [(f.start, f.end, f.fix) for f in findings if f.fix is not None and f.start is not None and f.end is not None]
    )


def _replaced(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
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
