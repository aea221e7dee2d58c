"""What is amiss with the contexts of a market's facts, seen from the articles that they are about. No I/O."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fnmatch import filter as matching

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.markets import Market, MarketFact
from kb_pipeline.steps.facts.context import Occurrence, occurrences
from kb_pipeline.steps.facts.passage import Passage
from kb_pipeline.steps.facts.ruling import Ruling, ruling


class ContextFault(Value):
    """Why a fact is asked about more often than it should be, or never. `code` is kebab-case."""

    fact: MarketFact
    code: str
    message: str
    remedy: str


def context_faults(market: Market, sentences: Iterable[tuple[Citation, str]], day: date) -> tuple[ContextFault, ...]:
    """The faults of the facts that hold on `day`; `sentences` are those of the market's articles, each with its language.

    Without any sentence only the facts without a context are told.
    """
    rules, cited = ruling(market, day), list(sentences)
    met = [one for citation, language in cited for one in occurrences(_alone(citation, language), rules)]
    articles = sorted({citation.article_id for citation, _ in cited})
    return tuple(
        fault
        for rule in rules.rules
        if rule.source_value
        for fault in (*_without_context(rule), *(_of_articles(rule, met, articles, rules) if cited else ()))
    )


def _alone(citation: Citation, language: str) -> Passage:
    return Passage(text=citation.text, language=language, citations=(citation,))


def _without_context(rule: MarketFact) -> Iterator[ContextFault]:
    if not rule.context:
        yield ContextFault(
            fact=rule,
            code="fact-without-context",
            message=f"'{rule.key}' does not say what {rule.source_value} is about: a person is asked wherever it stands",
            remedy="fill 'phrases' with words that stand near it in the articles",
        )


def _of_articles(rule: MarketFact, met: Sequence[Occurrence], articles: Sequence[str], rules: Ruling) -> Iterator[ContextFault]:
    for glob in rule.context.articles:
        if not matching(articles, glob):
            message = f"'{rule.key}' is about the article '{glob}', and there is none"
            yield ContextFault(fact=rule, code="unknown-article", message=message, remedy=f"known: {', '.join(articles)}")
    places = Counter(one.sure for one in met if rule in one.rules)
    if rule.context and not places:
        message = f"{rule.source_value} of '{rule.key}' stands in no article of the market"
        yield ContextFault(
            fact=rule, code="value-in-no-article", message=message, remedy="correct the value, or delete the row"
        )
    if rule.context and places and not places[True]:
        yield ContextFault(
            fact=rule,
            code="context-fits-nowhere",
            message=f"the context of '{rule.key}' fits no sentence of the articles that has {rule.source_value}",
            remedy="fill 'phrases' with words of those sentences, or of the headings above them",
        )
