"""Source FAQs, what was seen in writing them, and the drafts made of them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, delete, func, select

from kb_pipeline.adapters.store_sql.engine import Part, insert_or_ignore
from kb_pipeline.adapters.store_sql.schema import DraftRow, SeenSentenceRow, SourceFaqRow
from kb_pipeline.domain.entries import Draft
from kb_pipeline.domain.faqs import SourceFaq


class SqlFaqs(Part):
    """`ports.faqs`."""

    def source_faqs(self, article_id: str | None = None, *, retired: bool = False) -> Sequence[SourceFaq]:
        """The latest revision of each source FAQ, by article and id; with `retired`, also the retired ones."""
        query = newest_faqs().order_by(SourceFaqRow.article_id, SourceFaqRow.id)
        if article_id is not None:
            query = query.where(SourceFaqRow.article_id == article_id)
        if not retired:
            query = query.where(~SourceFaqRow.retired)
        with self._db.read() as session:
            return session.scalars(query).all()

    def source_faq(self, id_: str) -> SourceFaq | None:
        """The latest revision of one source FAQ, also when it is retired."""
        query = select(SourceFaqRow.value).where(SourceFaqRow.id == id_).order_by(SourceFaqRow.revision.desc()).limit(1)
        with self._db.read() as session:
            return session.scalar(query)

    def source_faq_at(self, id_: str, revision: int) -> SourceFaq | None:
        """One revision of a source FAQ."""
        query = select(SourceFaqRow.value).where(SourceFaqRow.id == id_, SourceFaqRow.revision == revision)
        with self._db.read() as session:
            return session.scalars(query).first()

    def save_source_faqs(self, faqs: Sequence[SourceFaq], seen: Mapping[str, Sequence[str]]) -> None:
        """Write FAQ revisions, then mark sentence hashes (by article id) as seen, in one transaction. Idempotent."""
        rows = [
            {"id": f.id, "revision": f.revision, "article_id": f.article_id, "retired": f.retired, "value": f} for f in faqs
        ]
        marks = [{"article_id": article_id, "hash": key} for article_id, hashes in seen.items() for key in hashes]
        if rows or marks:
            with self._db.write() as session:
                insert_or_ignore(session, SourceFaqRow, rows)
                insert_or_ignore(session, SeenSentenceRow, marks)

    def seen_sentences(self, article_id: str) -> frozenset[str]:
        """Hashes of the article's sentences that an earlier call has seen."""
        query = select(SeenSentenceRow.hash).where(SeenSentenceRow.article_id == article_id)
        with self._db.read() as session:
            return frozenset(session.scalars(query))

    def drafts(self, market: str) -> Sequence[Draft]:
        """The latest draft of each source FAQ in the market, by source FAQ."""
        query = select(DraftRow.value).where(DraftRow.market == market).order_by(DraftRow.source_faq_id)
        with self._db.read() as session:
            return session.scalars(query).all()

    def save_draft(self, draft: Draft) -> None:
        """Replace the draft of (market, source FAQ). Idempotent: while its text stays, what it was related to stays, too."""
        key = {"market": draft.market, "source_faq_id": draft.source_faq_id}
        with self._db.write() as session:
            known = session.get(DraftRow, tuple(key.values()))
            if known and draft.relation is None and known.value.revision.text == draft.revision.text:
                draft = draft.model_copy(update={"relation": known.value.relation})
            session.execute(delete(DraftRow).filter_by(**key))
            session.add(DraftRow(**key, value=draft))


def newest_faqs() -> Select[tuple[SourceFaq]]:
    """The query for the latest revision of each source FAQ."""
    newest = select(SourceFaqRow.id, func.max(SourceFaqRow.revision).label("revision")).group_by(SourceFaqRow.id).subquery()
    is_newest = (SourceFaqRow.id == newest.c.id) & (SourceFaqRow.revision == newest.c.revision)
    return select(SourceFaqRow.value).join(newest, is_newest)
