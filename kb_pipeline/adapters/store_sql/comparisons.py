"""Comparisons of a market's texts. What they mean is `steps.relate`'s business."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import delete, or_, select

from kb_pipeline.adapters.store_sql.engine import Part, batches, insert_or_ignore
from kb_pipeline.adapters.store_sql.schema_relations import ComparedTextRow, ComparisonRow, pair
from kb_pipeline.ports.relations import ComparedPair


class SqlComparisons(Part):
    """`ports.relations.Comparisons`."""

    def compared_texts(self, market: str, basis: str) -> frozenset[str]:
        """The texts that were compared with each other, by fingerprint."""
        query = select(ComparedTextRow.text).where(ComparedTextRow.market == market, ComparedTextRow.basis == basis)
        with self._db.read() as session:
            return frozenset(session.scalars(query))

    def comparisons(self, market: str) -> Iterator[ComparedPair]:
        """What was found, of pairs that come near each other."""
        query = select(ComparisonRow.one, ComparisonRow.other, ComparisonRow.found).where(ComparisonRow.market == market)
        with self._db.read() as session:
            for row in session.execute(query):
                yield pair(*row)

    def save_comparisons(
        self, market: str, basis: str, fresh: Sequence[str], gone: Sequence[str], found: Iterable[ComparedPair]
    ) -> None:
        """Keep the `fresh` texts with the pairs found of them; forget the `gone` ones, and all of another basis."""
        texts, pairs = ComparedTextRow, ComparisonRow
        with self._db.write() as session:
            old = select(texts.text).where(texts.market == market, texts.basis != basis)
            for batch in batches([*gone, *session.scalars(old)]):
                session.execute(delete(texts).where(texts.market == market, texts.text.in_(batch)))
                either = or_(pairs.one.in_(batch), pairs.other.in_(batch))
                session.execute(delete(pairs).where(pairs.market == market, either))
            insert_or_ignore(session, texts, [{"market": market, "text": text, "basis": basis} for text in fresh])
            rows = [
                {"market": market, "one": one, "other": other, "found": comparison.model_dump_json(exclude_defaults=True)}
                for one, other, comparison in found
            ]
            insert_or_ignore(session, pairs, rows)
