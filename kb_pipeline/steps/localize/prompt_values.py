"""What a localization prompt shows of the market's pack: terms, labels, and the source in the market's own values. No I/O."""

import re
from collections.abc import Iterator
from datetime import date

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.markets import Market, TermStatus
from kb_pipeline.steps.facts import Passage, compare
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.language.terms import Lexicon, labels_in, longest
from kb_pipeline.steps.localize.fixes import replaced

_BOLD = re.compile(r"\*\*[^*\n]*\*\*")
Replacement = tuple[int, int, str]  # start, end, new words
_STATED = (TermStatus.PREFERRED, TermStatus.DO_NOT_TRANSLATE)


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


def in_market_values(
    text: FaqText, language: str, market: Market, day: date, citations: tuple[Citation, ...] = (), asked: str = ""
) -> FaqText:
    """`text` with the market's own values and live labels in the place of the source's: what a model has only to copy.

    A small model told "write ฿150 instead of $4.99" still writes $4.99; shown ฿150, it copies it. A value stays where a person
    must say whether the market's is meant. `asked` is the question, where `text` is a piece of its answer.
    """
    about, behind = text.question or asked, len(text.question) + 1

    def spans_of(part: str) -> list[Replacement]:
        passage = Passage(text=part, language=language, question=about, citations=citations)
        return [*_values(passage, market, day), *_labels(passage, market)]

    spans = spans_of(f"{text.question}\n{text.answer}")
    return FaqText(
        question=replaced(text.question, [span for span in spans if span[0] < behind]),
        answer=replaced(text.answer, [(start - behind, end - behind, new) for start, end, new in spans if start >= behind]),
        phrasings=tuple(replaced(phrasing, spans_of(phrasing)) for phrasing in text.phrasings),
    )


def _values(passage: Passage, market: Market, day: date) -> Iterator[Replacement]:
    return ((fact.start, fact.end, rule.value) for fact, rule in compare(passage, (), market, day).ruled)


def _labels(passage: Passage, market: Market) -> Iterator[Replacement]:
    for fact in passage.facts:
        live = _live_label(fact.raw, passage.language, market) if fact.kind is FactKind.UI_LABEL else ""
        if live:
            yield fact.start, fact.end, live


def _live_label(label: str, language: str, market: Market) -> str:
    key = comparison_key(label).casefold()
    ours = (u for u in market.ui_strings if _speaks(language, u.source_lang))
    return next((u.target for u in ours if comparison_key(u.source).casefold() == key), "")


def _speaks(language: str, source_lang: str) -> bool:
    return not source_lang or primary(language) == primary(source_lang)
