"""Stage drafts as changes that wait for a person; give up or retire what lost its source. Nothing here approves anything."""

from collections import defaultdict
from typing import Protocol

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import Change, ChangeKind, ChangeState, Relation, RelationKind, ReturnReason, generation_of
from kb_pipeline.domain.decisions import request_of
from kb_pipeline.domain.entries import Draft
from kb_pipeline.domain.faqs import SourceFaq, entry_id
from kb_pipeline.domain.markets import Market
from kb_pipeline.ports.articles import Articles
from kb_pipeline.ports.changes import Changes, Entries, Proposals, Requests
from kb_pipeline.ports.faqs import Drafts, SourceFaqs
from kb_pipeline.steps.checks.assessment import assess
from kb_pipeline.steps.checks.risk import risk_of_retirement


class StageStore(Articles, SourceFaqs, Drafts, Changes, Entries, Proposals, Requests, Protocol):
    """What staging takes of the store."""


class StageResult(Value):
    """The changes proposed now, and the ids of the entries whose pending changes were given up.

    `returned` are the ids of the changes that people decide on as they are, since their request led to no other text.
    """

    market: str
    proposed: tuple[Change, ...] = ()
    given_up: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    unchanged: int = 0


def stage_changes(store: StageStore, market: Market) -> StageResult:
    """Propose every draft that is no approved text and was not proposed before. Idempotent."""
    articles = {a.id: a for a in store.articles()}
    history = defaultdict[str, list[Change]](list)
    for past in store.changes(market.tag, ()):
        history[past.entry_id].append(past)
    faqs = {f.id: f for f in store.source_faqs(retired=True)}
    proposed, given_up, returned, unchanged = list[Change](), list[str](), list[str](), 0
    for draft in store.drafts(market.tag):
        faq = faqs[draft.source_faq_id]
        article = articles.get(faq.article_id)
        if faq.retired or article is None or not article.is_for(market.tag):
            proposed += _retire(store, faq, market, given_up, history[draft.revision.entry_id])
            returned += _without_source(store, history[draft.revision.entry_id])
            continue
        change = _change(store, draft, faq, market, history[draft.revision.entry_id])
        if change is not None and _propose(store, change, draft, history[draft.revision.entry_id]):
            proposed.append(change)
            continue
        unchanged += 1
        if draft.request and store.give_back(draft.request, ReturnReason.SAME_TEXT):
            returned.append(draft.request.change_id)
    return StageResult(
        market=market.tag,
        proposed=tuple(proposed),
        given_up=tuple(given_up),
        returned=tuple(returned),
        unchanged=unchanged,
    )


def _propose(store: StageStore, change: Change, draft: Draft, history: list[Change]) -> bool:
    """Propose what a draft asks for. The answer to a request that was taken back is left, unless it was proposed before."""
    request = draft.request
    if request is None:
        return store.propose(change)
    if draft.revision.text != request.before and store.propose(change, request):
        return True
    return any(past.id == change.id for past in history) and store.propose(change)


def _without_source(store: StageStore, history: list[Change]) -> list[str]:
    """The changes that go back to people since no model can be asked for them any more."""
    asked = [change for change in history if change.state is ChangeState.CHANGES_REQUESTED]
    requests = [request for change in asked if (request := request_of(change, store.decisions(change.id)))]
    return [request.change_id for request in requests if store.give_back(request, ReturnReason.SOURCE_GONE)]


def _change(store: StageStore, draft: Draft, faq: SourceFaq, market: Market, history: list[Change]) -> Change | None:
    """The change that a draft asks for; None if its text is approved, or a person had a word on this very proposal."""
    approved = store.approved_text(draft.revision.entry_id)
    if approved is not None and approved.text == draft.revision.text:
        return None
    relation = draft.relation or Relation(kind=RelationKind.NEW)
    assessment = assess(draft.revision.text, draft.findings, draft.similarity, relation, faq.topics, market)
    change = Change(
        market=market.tag,
        generation=generation_of(history),
        entry_id=draft.revision.entry_id,
        kind=ChangeKind.UPDATE if approved else ChangeKind.ADD,
        revision=draft.revision,
        base_revision_id=approved.id if approved else None,
        source_faq_id=faq.id,
        source_revision=faq.revision,
        topics=faq.topics,
        **dict(assessment),
    )
    return None if any(_is_settled(change, past) for past in history) else change


def _is_settled(change: Change, past: Change) -> bool:
    """Whether `past` proposed the same text, against whatever was approved then, and still waits or was decided on."""
    same = change.model_copy(update={"kind": past.kind, "base_revision_id": past.base_revision_id})
    return past.state is not ChangeState.SUPERSEDED and same.id == past.id


def _retire(store: StageStore, faq: SourceFaq, market: Market, given_up: list[str], history: list[Change]) -> list[Change]:
    entry = entry_id(market.tag, faq.id)
    approved = store.approved_text(entry)
    if approved is None:
        if store.give_up(entry, "its source is gone"):
            given_up.append(entry)
        return []
    change = Change(
        market=market.tag,
        entry_id=entry,
        kind=ChangeKind.RETIRE,
        generation=generation_of(history),
        revision=None,
        base_revision_id=approved.id,
        source_faq_id=faq.id,
        source_revision=faq.revision,
        topics=faq.topics,
        relation=Relation(kind=RelationKind.UPDATE, twin_id=entry),
        risk=risk_of_retirement(faq.topics, market),
    )
    return [change] if store.propose(change) else []
