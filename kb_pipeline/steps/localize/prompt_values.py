"""What a localization prompt shows of the market's pack: terms, labels, and the source in the market's own values. No I/O."""

import re
from datetime import date

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.markets import Market, TermStatus
from kb_pipeline.steps.facts import compare, extract
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.localize.fixes import replaced
from kb_pipeline.steps.localize.terms import Lexicon, labels_in, longest

_BOLD = re.compile(r"\*\*[^*\n]*\*\*")
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


def in_market_values(text: FaqText, language: str, market: Market, day: date) -> FaqText:
    """`text` with the market's own values and live labels in the place of the source's: what a model has only to copy.

    A small model told "write ฿150 instead of $4.99" still writes $4.99; shown ฿150, it copies it.
    """

    def adapted(part: str) -> str:
        found = extract(part, language)
        spans = [(fact.start, fact.end, rule.value) for fact, rule in compare(found, (), market, day).ruled]
        labels = [fact for fact in found if fact.kind is FactKind.UI_LABEL]
        spans += [(f.start, f.end, live) for f in labels if (live := _live_label(f.raw, language, market))]
        return replaced(part, spans)

    return FaqText(question=adapted(text.question), answer=adapted(text.answer), phrasings=tuple(map(adapted, text.phrasings)))


def _live_label(label: str, language: str, market: Market) -> str:
    key = comparison_key(label).casefold()
    ours = (u for u in market.ui_strings if _speaks(language, u.source_lang))
    return next((u.target for u in ours if comparison_key(u.source).casefold() == key), "")


def _speaks(language: str, source_lang: str) -> bool:
    return not source_lang or primary(language) == primary(source_lang)
