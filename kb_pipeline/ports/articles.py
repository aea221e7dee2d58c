"""Source articles: reading their folder, and what is kept of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from kb_pipeline.domain.articles import Article, Chunk, Notice, Quarantined, Sentence


class SourceReader(Protocol):
    """Reads a folder of source articles."""

    @property
    def is_partial(self) -> bool:
        """Whether the last `read` stopped at a limit: what it did not yield is not gone."""

    @property
    def notices(self) -> Sequence[Notice]:
        """What of the articles of the last `read` was masked or left out, so far."""

    def read(self) -> Iterator[Article | Quarantined]:
        """Every article file, readable or not, in the order of its path; one bad file never stops the rest."""


class Articles(Protocol):
    """Articles, their sentences and chunks, as last read."""

    def articles(self) -> Sequence[Article]:
        """All present articles, by id."""

    def sentences(self, article_id: str) -> Sequence[Sentence]:
        """The article's present sentences in order; empty if it is gone."""

    def chunks(self, article_id: str | None = None) -> Sequence[Chunk]:
        """The present chunks, in order of the article's text."""

    def quarantine(self) -> Sequence[Quarantined]:
        """Inputs of the last read that could not be used."""


class ArticleStore(Articles, Protocol):
    """Keeps what was read."""

    def save_article(self, article: Article, sentences: Sequence[Sentence], chunks: Sequence[Chunk]) -> bool:
        """Replace what is stored of the article, in one transaction; False (and nothing written) if it is unchanged."""

    def remove_articles_except(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Mark articles that are gone from the source as removed; their ids."""

    def save_quarantine(self, items: Sequence[Quarantined]) -> None:
        """Replace the list of quarantined inputs."""
