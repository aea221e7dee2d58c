"""A desk of reviewers over a real store, whose edits are judged by the real embedder."""

import pytest

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.changes import Change, ChangeKind, Relation, RelationKind, RiskTier
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq, entry_id
from kb_pipeline.services.review.assess import Assessor
from kb_pipeline.services.review.reviewer import Reviewer
from tests.conftest import DAY

CITED = "You can return most items within 15 days of delivery."
ENGLISH = FaqText(question="How long do I have to return an item?", answer=CITED)


@pytest.fixture
def desk(store, embedder, thai, american):
    return Desk(store, embedder, {"th-TH": thai, "en-US": american})


class Desk:
    """A store with source FAQs and their changes, and reviewers."""

    def __init__(self, store, embedder, markets) -> None:
        self.store, self.markets = store, markets
        self.assessor = Assessor(store, embedder, tuple(markets.values()), lambda: DAY)

    def reviewer(self, name="ann"):
        return Reviewer(self.store, tuple(self.markets.values()), self.assessor, User(name=name, role=Role.REVIEWER), DAY)

    def propose(self, tag, text, source=ENGLISH, cited=CITED, topics=()):
        citation = Citation(article_id="a", sentence_hash=cited[:12], text=cited)
        faq = SourceFaq(
            id=SourceFaq.identity("a", source.question, (citation,)), article_id="a", language="en", revision=1, text=source,
            citations=(citation,), topics=topics, provenance=Provenance(),
        )  # fmt: skip
        self.store.save_source_faqs([faq], {})
        entry = entry_id(tag, faq.id)
        revision = Revision(entry_id=entry, market=tag, language=tag, text=text, citations=(citation,), provenance=Provenance())
        change = Change(
            market=tag, entry_id=entry, kind=ChangeKind.ADD, revision=revision, source_faq_id=faq.id, source_revision=1,
            topics=topics, relation=Relation(kind=RelationKind.NEW), risk=RiskTier.LOW,
        )  # fmt: skip
        known = self.assessor.assess(change, text)
        change = change.model_copy(update=dict(known))
        self.store.propose(change)
        return change

    def edit(self, change, answer=None, question=None, phrasings=None, name="ann", **more):
        given = {"answer": answer, "question": question, "phrasings": phrasings}
        text = change.revision.text.model_copy(update={key: value for key, value in given.items() if value is not None})
        return self.reviewer(name).edit(change.id, text, category="accuracy", root_cause=None, **more)
