"""All that a person needs to decide on one change, collected from the store."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from pydantic import computed_field

from kb_pipeline.domain.articles import Citation, Sentence, SentenceKind
from kb_pipeline.domain.audit import AuditEvent
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import Change, Decision, RiskTier, Verdict
from kb_pipeline.domain.decisions import approvers, has_approved
from kb_pipeline.domain.entries import Entry, WithdrawnText
from kb_pipeline.domain.faqs import Revision, SourceFaq
from kb_pipeline.domain.markets import Market, MarketFact
from kb_pipeline.ports.articles import Articles
from kb_pipeline.ports.audit import AuditEvents
from kb_pipeline.ports.changes import Changes, Entries
from kb_pipeline.ports.entries import WithdrawnTexts
from kb_pipeline.ports.faqs import SourceFaqs
from kb_pipeline.services.review.requests import RequestRecord, may_be_rewritten, requests_of
from kb_pipeline.steps.facts import Passage
from kb_pipeline.steps.facts.table import FactRow, fact_table


class CardStore(Articles, SourceFaqs, Entries, Changes, WithdrawnTexts, AuditEvents, Protocol):
    """What a card takes of the store."""


class Evidence(Value):
    """A cited sentence in its place: the article's sentences around it. `present`: it still stands in the article."""

    article_id: str
    title: str
    heading_path: tuple[str, ...]
    text: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    present: bool = True


class Card(Value):
    """All that a person needs to decide on one change. `source_before` is the source that the approved text was made from.

    `proposed` is the text as it was proposed, where somebody edited it since.
    """

    change: Change
    proposed: Revision | None = None
    source: SourceFaq | None
    source_before: SourceFaq | None = None
    approved: Revision | None
    evidence: tuple[Evidence, ...]
    facts: tuple[FactRow, ...] = ()
    rules: tuple[MarketFact, ...] = ()  # the valid market facts that `facts` name
    twin: Entry | None
    withdrawal: WithdrawnText | None = None  # who silenced the entry, and why; an approval lifts that
    decisions: tuple[Decision, ...]
    history: tuple[AuditEvent, ...] = ()
    requests: tuple[RequestRecord, ...] = ()  # what people asked to be different: answered by this change, open, or returned

    def rule_of(self, row: FactRow) -> MarketFact | None:
        """The market fact that a line of `facts` rests on, with who says so and how long it holds."""
        return next((rule for rule in self.rules if (rule.key, rule.value) == (row.market_fact, row.wanted)), None)

    @computed_field  # type: ignore[prop-decorator] # mypy does not know pydantic's
    @property
    def similarity(self) -> float | None:
        """Of the source's and the proposal's meaning; None: not measured, or edited since."""
        return self.change.similarity

    @property
    def approvers(self) -> tuple[str, ...]:
        """Who approved the text as it stands."""
        return approvers(self.decisions)

    @property
    def edits(self) -> tuple[AuditEvent, ...]:
        """Who edited it and when, with category, root cause and comment in `after`; oldest first."""
        return tuple(event for event in self.history if event.action == f"change.{Verdict.EDIT}")

    @property
    def may_be_rewritten(self) -> bool:
        """Whether a model can be asked for another text."""
        return may_be_rewritten(self.change, self.source)

    def needs_another_than(self, name: str) -> bool:
        """Whether `name` approved this high-risk change already, so that somebody else must."""
        return self.change.risk is RiskTier.HIGH and has_approved(name, self.decisions)


def card_of(change: Change, store: CardStore, market: Market | None, day: date) -> Card:
    """The card of `change`; `market` is its pack, None where it is gone, and `day` the one on which market facts hold."""
    source, approved = store.source_faq(change.source_faq_id or ""), store.approved_text(change.entry_id)
    facts, history = _facts(change, source, market, day), tuple(store.events(change.id))
    return Card(
        change=change,
        proposed=store.proposed_text(change.id) if change.original_id else None,
        source=source,
        source_before=_source_before(store, source, approved),
        approved=approved,
        evidence=_evidence(change, store),
        facts=facts,
        rules=_rules(facts, market, day),
        twin=store.entry(change.relation.twin_id) if change.relation.twin_id else None,
        withdrawal=_withdrawal(change.entry_id, store),
        decisions=tuple(store.decisions(change.id)),
        history=history,
        requests=requests_of(change, history, store),
    )


def _withdrawal(entry_id: str, store: CardStore) -> WithdrawnText | None:
    """The withdrawal that holds; None where the entry is not withdrawn."""
    if store.approved_text(entry_id) is None or store.approved_text(entry_id, withdrawn=False) is not None:
        return None
    return next(iter(reversed(store.withdrawn_texts(entry_id))), None)


def _source_before(store: SourceFaqs, source: SourceFaq | None, approved: Revision | None) -> SourceFaq | None:
    revision = approved.provenance.source_revision if approved else 0
    if source is None or not 0 < revision < source.revision:
        return None
    return store.source_faq_at(source.id, revision)


def _facts(change: Change, source: SourceFaq | None, market: Market | None, day: date) -> tuple[FactRow, ...]:
    if market is None or source is None or change.revision is None:
        return ()
    text = change.revision.text
    passage = Passage.of(source.text, source.language, source.citations)
    return fact_table(passage, f"{text.question}\n{text.answer}", market, day)


def _rules(rows: Sequence[FactRow], market: Market | None, day: date) -> tuple[MarketFact, ...]:
    named = {row.market_fact for row in rows}
    return tuple(f for f in market.facts if f.key in named and f.is_valid_on(day)) if market else ()


def _evidence(change: Change, store: Articles) -> tuple[Evidence, ...]:
    if change.revision is None or not change.revision.citations:
        return ()
    titles = {article.id: article.title for article in store.articles()}
    return tuple(_in_place(c, titles, store.sentences(c.article_id)) for c in change.revision.citations)


def _in_place(citation: Citation, titles: Mapping[str, str], around: Sequence[Sentence]) -> Evidence:
    at = next((n for n, s in enumerate(around) if s.hash == citation.sentence_hash), None)
    id_, title = citation.article_id, titles.get(citation.article_id, citation.article_id)
    if at is None:
        path = citation.heading_path
        return Evidence(article_id=id_, title=title, heading_path=path, text=citation.text, present=False)
    before, after = around[max(0, at - 1) : at], around[at + 1 : at + 2]
    return Evidence(
        article_id=id_,
        title=title,
        heading_path=around[at].heading_path,
        text=citation.text,
        before=tuple(s.text for s in before if s.kind is not SentenceKind.HEADING),
        after=tuple(s.text for s in after if s.kind is not SentenceKind.HEADING),
    )
