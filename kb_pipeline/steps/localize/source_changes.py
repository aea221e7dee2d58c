"""Changes of a source that code can judge: only its wording changed, or only a value did. Asks no model. No I/O."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.numbers import format_decimal
from rapidfuzz import fuzz

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.facts import Fact, FactKind
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.markets import Market, MarketFact
from kb_pipeline.steps.facts import Passage, compare, extract
from kb_pipeline.steps.facts.compare import comparison_value
from kb_pipeline.steps.facts.numbers import canonical, digits_pattern
from kb_pipeline.steps.language.negation import negations
from kb_pipeline.steps.language.opposites import opposed
from kb_pipeline.steps.localize.alignment import split
from kb_pipeline.steps.localize.masking import protected

SAME_WORDING = 85.0  # rapidfuzz ratio of two sentences' comparison keys; the 8 true rewordings of the tests have 88.6 and more
# Cosine of two sentences, by the embedded embedder: the tests' rewordings have 0.9927 and more, their changes of meaning by one
# word (buyer/shop, must/may, all/first) 0.9865 and less. Of whole answers they overlap, so sentences are compared.
SAME_MEANING = 0.99
_Ruled = tuple[Fact, tuple[MarketFact, ...]]  # a fact of the source with the market facts that surely speak of it
_COPIED = frozenset({FactKind.URL, FactKind.EMAIL, FactKind.PHONE, FactKind.PLACEHOLDER})
_COUNTED = frozenset({FactKind.MONEY, FactKind.PERCENT, FactKind.DURATION, FactKind.COUNT})


def reworded(old: FaqText, new: FaqText, language: str) -> tuple[tuple[str, str], ...] | None:
    """The sentences, then and now, of which only the wording may have changed; None: more than that did.

    The caller asks the embedder whether each pair has SAME_MEANING.
    """
    before, after = ([text.question, *split(text.answer).sentences] for text in (old, new))
    if len(before) != len(after) or old.phrasings != new.phrasings:
        return None
    changed = tuple((one, other) for one, other in zip(before, after, strict=True) if one != other)
    return changed if all(_is_reworded(one, other, language) for one, other in changed) else None


def _is_reworded(old: str, new: str, language: str) -> bool:
    """The same facts, links, labels, placeholders and code, as many negations, no opposites, and much the same letters."""
    if fuzz.ratio(comparison_key(old), comparison_key(new)) < SAME_WORDING:
        return False
    facts = [sorted(fact.key for fact in extract(text, language)) for text in (old, new)]
    code = [sorted(text[start:end] for start, end in protected(text, language)) for text in (old, new)]
    polarity = negations(old, language) == negations(new, language) and opposed(old, new, language) is None
    return facts[0] == facts[1] and code[0] == code[1] and polarity


def with_new_values(old: Passage, new: Passage, target: str, market: Market, day: date) -> str | None:
    """`target` with the new values, where the sources differ in values alone and each is there once; None: not certain."""
    if not old.facts or _frame(old) != _frame(new):
        return None
    shown = extract(target, market.tag)
    was, now = (compare(passage, (), market, day) for passage in (old, new))
    pairs = list(dict.fromkeys((one, other) for one, other in zip(old.facts, new.facts, strict=True) if one.key != other.key))
    if any(was.asked_for(one) or now.asked_for(other) for one, other in pairs):
        return None
    swaps = [_swap((one, was.rules_for(one)), (other, now.rules_for(other)), shown, market) for one, other in pairs]
    certain = [swap for swap in swaps if swap is not None]
    if not certain or len(certain) < len(pairs) or len({fact.start for fact, _ in certain}) < len(certain):
        return None
    for fact, written in sorted(certain, key=lambda swap: -swap[0].start):
        target = target[: fact.start] + written + target[fact.end :]
    return target if _is_stated(new, target, shown, market, day) else None


def _frame(passage: Passage) -> tuple[str, ...]:
    """What stands between the facts, and their kinds and units."""
    text, facts = passage.text, passage.facts
    edges = [0, *(edge for fact in facts for edge in (fact.start, fact.end)), len(text)]
    between = (comparison_key(text[edges[i] : edges[i + 1]]) for i in range(0, len(edges), 2))
    return (*between, *(f"{fact.kind} {fact.unit}" for fact in facts))


def _swap(old: _Ruled, new: _Ruled, shown: Sequence[Fact], market: Market) -> tuple[Fact, str] | None:
    """The one fact of the target that stands for the old one, and what to write for the new one instead."""
    (before, was), (after, now) = old, new
    if len(was) > 1 or len(now) > 1 or (was and not now):
        return None
    wanted = {comparison_value(f) for f in extract(was[0].value, market.tag)} if was else {comparison_value(before)}
    found = [fact for fact in shown if comparison_value(fact) in wanted]
    if len(found) != 1 or len(wanted) != 1:
        return None
    written = now[0].value if now else _written(found[0], after, market)
    return None if written is None else (found[0], written)


def _written(shown: Fact, new: Fact, market: Market) -> str | None:
    """`new` in the form of `shown`: copied, or its number in the place of the one that stands there."""
    if new.kind in _COPIED:
        return new.raw
    numbers = re.findall(digits_pattern(market.tag), shown.raw)
    same_unit = (shown.kind, shown.unit) == (new.kind, new.unit)
    if shown.kind not in _COUNTED or not same_unit or len(numbers) != 1 or canonical(numbers[0], market.tag) != shown.value:
        return None
    locale, value = Locale.parse(market.tag, sep="-"), Decimal(new.value)
    is_whole = value == int(value) and not re.search("[.,][0-9]{1,2}$", numbers[0])
    if not is_whole or locale.plural_form(Decimal(shown.value)) != locale.plural_form(value):
        return None  # 4.50 would become 5, and 1 day would become 15 day
    number = format_decimal(value, locale=locale, group_separator=str(int(value)) not in new.raw)
    return shown.raw.replace(numbers[0], number)


def _is_stated(new: Passage, target: str, before: Sequence[Fact], market: Market, day: date) -> bool:
    """Whether the written text says the new values, and no fact came or went."""
    after = extract(target, market.tag)
    found = compare(new, after, market, day)
    return not found.missing and not found.extra and len(after) == len(before)
