"""An article before anything of it is kept or sent: what it holds is masked, or holds it back. What markets publish stays."""

from collections.abc import Iterable
from typing import NamedTuple

from kb_pipeline.domain.articles import Article
from kb_pipeline.domain.markets import MarketFact
from kb_pipeline.domain.privacy import DataKind, Handling, PrivacyPolicy
from kb_pipeline.steps.privacy.finder import comparable, find, masked
from kb_pipeline.steps.privacy.shown import find_in_article


class Written(NamedTuple):
    """Data as it is written in an article."""

    kind: DataKind
    text: str


class Screened(NamedTuple):
    """The article with its marks, what they stand for, and what holds it back."""

    article: Article
    masked: tuple[Written, ...] = ()
    held: tuple[Written, ...] = ()


def screen(article: Article, policy: PrivacyPolicy) -> Screened:
    """`article` by `policy`; the very same one where it holds nothing. Raises ArticleError as `blocks`."""
    shown, hidden, held = dict[str, str](), list[Written](), list[Written]()
    for name, text, all_found in (
        ("title", article.title, find(article.title, markup=True)),
        ("body", article.body, find_in_article(article.body)),
    ):
        found = [data for data in all_found if data.key not in policy.public]
        held += [Written(d.kind, text[d.start : d.end]) for d in found if policy.of(d.kind) is Handling.HOLD]
        to_mask = [data for data in found if policy.of(data.kind) is Handling.MASK]
        if to_mask:
            hidden += [Written(data.kind, text[data.start : data.end]) for data in to_mask]
            shown[name] = masked(text, to_mask)
    return Screened(article.model_copy(update=shown) if shown else article, tuple(hidden), tuple(held))


def public_keys(facts: Iterable[MarketFact]) -> frozenset[str]:
    """The keys of what markets publish in their facts: numbers and addresses of their own."""
    keys = set[str]()
    for value in (value for fact in facts for value in (fact.value, fact.source_value) if value):
        keys |= {data.key for data in find(value, unsure=True)}
        keys |= {comparable(DataKind.PHONE, value), comparable(DataKind.EMAIL, value)}
    return frozenset(keys - {""})


def without_data(text: str, facts: Iterable[MarketFact]) -> str:
    """A person's words to a model, with marks in the place of data that the market's facts do not publish."""
    found = find(text)
    public = public_keys(facts) if found else frozenset()
    return masked(text, [data for data in found if data.key not in public])
