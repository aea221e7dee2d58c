"""Where an entry may lead people: to what the market's pack lists, with a look at what its own article cites."""

from collections.abc import Iterator
from functools import cache

from kb_pipeline.domain.findings import MqmCategory, Severity
from kb_pipeline.domain.markets import Market
from kb_pipeline.steps.checks.subject import Flaw, Subject, rule
from kb_pipeline.steps.facts.addresses import Address, addresses, places_of


@rule("foreign-address", MqmCategory.AUDIENCE, Severity.CRITICAL)
def foreign_address(subject: Subject) -> Iterator[Flaw]:
    """Every address is one of the pack's. One that a cited sentence names is minor, where the pack lists none of its own."""
    for place, text in subject.parts():
        for address in addresses(text):
            if _is_of_the_pack(address, subject.market):
                continue
            at = text.find(address.raw)
            span = (at, at + len(address.raw)) if at >= 0 else None
            if not _is_of_the_source(address, subject):
                message = f"'{address.raw[:80]}' is an address that the market does not list; remove it, or list it"
                yield Flaw(f"{message} under addresses in market.yaml", place, span)
            elif subject.citations:
                message = f"'{address.raw[:80]}' stands in the article, but the market does not list it"
                yield Flaw(
                    f"{message}: see that it is ours, list it under addresses in market.yaml", place, span, None, Severity.MINOR
                )


def _is_of_the_source(address: Address, subject: Subject) -> bool:
    """Whether what the text is made from names it openly. Where the pack lists addresses, an article cannot add to them.

    With citations the article's own sentences count, not what a model made of them.
    """
    if subject.citations and (subject.market.addresses or address.is_veiled):
        return False
    texts = tuple(citation.text for citation in subject.citations) or (subject.source_text, *subject.source.phrasings)
    return (address.place if address.path else address.host) in places_of(texts)


def _is_of_the_pack(address: Address, market: Market) -> bool:
    if any(address.is_below(listed) for listed in market.addresses):
        return True
    said = _said_by_the_pack(
        (
            *(fact.value for fact in market.facts),
            *(label.target for label in market.ui_strings),
            *(clause.text for clause in market.clauses),
            *(term.target for term in market.terms),
        )
    )
    return (address.place if address.path else address.host) in said


@cache
def _said_by_the_pack(texts: tuple[str, ...]) -> frozenset[str]:
    """The addresses in the pack's own values, labels, clauses and terms, which people wrote."""
    return places_of(texts)
