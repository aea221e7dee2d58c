"""Articles, their sentences and chunks as last read, and what could not be read. Splitting happens in steps."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kb_pipeline.adapters.store_sql.engine import Part, batches
from kb_pipeline.adapters.store_sql.schema import ArticleRow, ChunkRow, QuarantineRow, SentenceRow
from kb_pipeline.domain.articles import Article, Chunk, Quarantined, Sentence
from kb_pipeline.domain.base import fingerprint


class SqlArticles(Part):
    """`ports.articles.ArticleStore`."""

    def save_article(self, article: Article, sentences: Sequence[Sentence], chunks: Sequence[Chunk]) -> bool:
        """Replace what is stored of the article, in one transaction; False (and nothing written) if it is unchanged.

        Unchanged means all of it: bytes, front matter, sentences and the cut into chunks.
        """
        stored_hash = fingerprint(*(value.model_dump_json() for value in (article, *sentences, *chunks)), length=64)
        if self._is_stored(article.id, stored_hash):
            return False
        with self._db.write() as session:
            row = session.get(ArticleRow, article.id) or ArticleRow(id=article.id)
            for name, value in dict(article).items():
                setattr(row, name, value)
            row.stored_hash, row.removed = stored_hash, False
            session.add(row)
            session.flush()
            _drop_parts(session, article.id)
            session.add_all(SentenceRow(article_id=article.id, ordinal=s.ordinal, hash=s.hash, value=s) for s in sentences)
            session.add_all(
                ChunkRow(article_id=article.id, position=n, chunk_id=chunk.id, value=chunk) for n, chunk in enumerate(chunks)
            )
        return True

    def remove_articles_except(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Mark articles that are gone from the source as removed; their ids."""
        kept = frozenset(ids)
        with self._db.write() as session:
            present = session.scalars(select(ArticleRow.id).where(~ArticleRow.removed).order_by(ArticleRow.id))
            gone = tuple(key for key in present if key not in kept)
            for batch in batches(gone):
                session.execute(update(ArticleRow).where(ArticleRow.id.in_(batch)).values(removed=True))
                _drop_parts(session, *batch)
        return gone

    def articles(self) -> Sequence[Article]:
        """All present articles, by id."""
        with self._db.read() as session:
            rows = session.scalars(select(ArticleRow).where(~ArticleRow.removed).order_by(ArticleRow.id))
            return [row.value() for row in rows]

    def sentences(self, article_id: str) -> Sequence[Sentence]:
        """The article's present sentences in order; empty if it is gone."""
        query = select(SentenceRow.value).where(SentenceRow.article_id == article_id).order_by(SentenceRow.ordinal)
        with self._db.read() as session:
            return session.scalars(query).all()

    def chunks(self, article_id: str | None = None) -> Sequence[Chunk]:
        """The present chunks, by article, in the order of its text."""
        query = select(ChunkRow.value).order_by(ChunkRow.article_id, ChunkRow.position)
        if article_id is not None:
            query = query.where(ChunkRow.article_id == article_id)
        with self._db.read() as session:
            return session.scalars(query).all()

    def save_quarantine(self, items: Sequence[Quarantined]) -> None:
        """Replace the list of quarantined inputs."""
        with self._db.write() as session:
            session.execute(delete(QuarantineRow))
            session.add_all(QuarantineRow(position=n, value=item) for n, item in enumerate(items))

    def quarantine(self) -> Sequence[Quarantined]:
        """Inputs of the last read that could not be used."""
        with self._db.read() as session:
            return session.scalars(select(QuarantineRow.value).order_by(QuarantineRow.position)).all()

    def _is_stored(self, article_id: str, stored_hash: str) -> bool:
        query = select(ArticleRow.stored_hash).where(ArticleRow.id == article_id, ~ArticleRow.removed)
        with self._db.read() as session:
            return session.scalar(query) == stored_hash


def _drop_parts(session: Session, *article_ids: str) -> None:
    for table in (SentenceRow, ChunkRow):
        session.execute(delete(table).where(table.article_id.in_(article_ids)))
