"""What is due: which source FAQs to write and to revise, which entries of a market to localize. Nothing is written here.

The dry run and the writers ask the same functions, so that a plan is what a run does.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from kb_pipeline.domain.articles import SplitArticle
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import ChangeRequest, ChangeState
from kb_pipeline.domain.decisions import request_of
from kb_pipeline.domain.entries import Draft
from kb_pipeline.domain.faqs import FaqText, SourceFaq, entry_id
from kb_pipeline.domain.markets import Market
from kb_pipeline.ports.articles import Articles
from kb_pipeline.ports.changes import Changes
from kb_pipeline.ports.faqs import Drafts, SourceFaqs
from kb_pipeline.services.language.entry_checks import CheckedEntry, EntryChecks
from kb_pipeline.steps.source.generation import GenerationTask, RevisionTask, plan_generation, plan_revisions


class DueFaqs(Value):
    """The chunks to write source FAQs from, and the stale FAQs to revise."""

    chunks: tuple[GenerationTask, ...] = ()
    stale: tuple[RevisionTask, ...] = ()


def due_faqs(articles: Iterable[SplitArticle], store: SourceFaqs) -> DueFaqs:
    """What `articles` make due. Chunks are planned as if the stale FAQs were revised already: a revision
    sees new sentences, about which nothing else is written then.
    """
    chunks, stale = list[GenerationTask](), list[RevisionTask]()
    for split in articles:
        article, seen = split.article, store.seen_sentences(split.article.id)
        revisions = plan_revisions(store.source_faqs(article.id), split.sentences, seen)
        stale += revisions
        chunks += plan_generation(article, split.chunks, seen.union(*(task.seen for task in revisions)))
    return DueFaqs(chunks=tuple(chunks), stale=tuple(stale))


def stored_articles(store: Articles) -> Iterator[SplitArticle]:
    """The articles as last read, one at a time."""
    for article in store.articles():
        yield SplitArticle(
            article=article, sentences=tuple(store.sentences(article.id)), chunks=tuple(store.chunks(article.id))
        )


class EntryStore(Articles, SourceFaqs, Drafts, Changes, Protocol):
    """What it takes of the store to know what is due in a market."""


class KeptEntry(Value):
    """An entry that is not due. `checked`: its text, checked again because its source or the pack moved; None: neither did."""

    faq: SourceFaq
    draft: Draft
    checked: CheckedEntry | None = None


class DueEntry(Value):
    """A source FAQ to localize now. `request`: what a person asked to be different in the proposal that waits."""

    faq: SourceFaq
    request: ChangeRequest | None = None


class DueEntries(Value):
    """The source FAQs to localize now, and the entries that stay."""

    due: tuple[DueEntry, ...] = ()
    kept: tuple[KeptEntry, ...] = ()


def due_entries(store: EntryStore, checks: EntryChecks, is_minor: Callable[[FaqText, FaqText, str], bool]) -> DueEntries:
    """The market's entries whose source text changed since the draft, where a check that passed then fails now, or where a
    person asked for changes; each request is asked once.

    `is_minor` says of two source texts in a language whether only the wording changed.
    """
    market, due, kept = checks.market, list[DueEntry](), list[KeptEntry]()
    requests = _open_requests(store, market)
    drafts = {draft.source_faq_id: draft for draft in store.drafts(market.tag)}
    for faq in _faqs_for(store, market):
        draft, request = drafts.get(faq.id), requests.get(entry_id(market.tag, faq.id))
        is_asked = request is not None and (draft is None or draft.request != request)
        if draft is None or is_asked or not _stands(store, faq, draft, market, is_minor):
            due.append(DueEntry(faq=faq, request=request))
            continue
        if draft.pack_fingerprint == market.fingerprint and draft.source_revision == faq.revision:
            kept.append(KeptEntry(faq=faq, draft=draft))
            continue
        known = draft.similarity if draft.source_text_hash == faq.text.hash else None
        checked = checks.check(faq, draft.revision.text, known)
        failed_before = {finding.rule for finding in draft.findings}
        fails = any(finding.rule not in failed_before for finding in checked.faults)
        if fails and draft.pack_fingerprint != market.fingerprint:
            due.append(DueEntry(faq=faq, request=request))
        else:
            kept.append(KeptEntry(faq=faq, draft=draft, checked=checked))
    return DueEntries(due=tuple(due), kept=tuple(kept))


def _faqs_for(store: EntryStore, market: Market) -> Iterator[SourceFaq]:
    allowed = {article.id for article in store.articles() if article.is_for(market.tag)}
    return (faq for faq in store.source_faqs() if faq.article_id in allowed)


def _open_requests(store: Changes, market: Market) -> dict[str, ChangeRequest]:
    """What people asked for, by entry; an entry has one change at most that is open."""
    asked = store.changes(market.tag, (ChangeState.CHANGES_REQUESTED,))
    found = ((change.entry_id, request_of(change, store.decisions(change.id))) for change in asked)
    return {id_: request for id_, request in found if request is not None}


def _stands(
    store: SourceFaqs, faq: SourceFaq, draft: Draft, market: Market, is_minor: Callable[[FaqText, FaqText, str], bool]
) -> bool:
    """Whether the draft still says what its source says: the source's text is the same, or the market minds no rewording."""
    if draft.source_text_hash == faq.text.hash:
        return True
    if market.minor_source_changes != "keep":
        return False
    old = store.source_faq_at(faq.id, draft.revision.provenance.source_revision)
    return old is not None and is_minor(old.text, faq.text, faq.language)
