"""Domain values in the schemas of the API."""

from collections.abc import Sequence
from typing import Any

from kb_pipeline.api.schemas import AnswerResponse, Citation, Entry, EntryPage, Hit, Level, LiveRelease, SearchResponse
from kb_pipeline.domain.answers import Hit as FoundHit
from kb_pipeline.domain.answers import SearchResult, ServedEntry
from kb_pipeline.services.serve.search import LiveContents
from kb_pipeline.steps.serve.ranking import plain


def entry_of(entry: ServedEntry, release: str) -> Entry:
    """An entry of a release."""
    return Entry(**_entry_fields(entry, release))


def entry_page(market: str, release: str, entries: Sequence[ServedEntry], after: str | None) -> EntryPage:
    """A page of entries; `after` is the cursor of the next."""
    shown = [entry_of(entry, release) for entry in entries]
    return EntryPage(market=market, release=release, entries=shown, next_cursor=after)


def search_response(result: SearchResult) -> SearchResponse:
    """All hits of a search."""
    return SearchResponse(**_reply_fields(result), hits=[_hit_of(hit) for hit in result.hits])


def answer_response(result: SearchResult) -> AnswerResponse:
    """The one answer of a search, or none."""
    return AnswerResponse(**_reply_fields(result), answer=_hit_of(result.answer) if result.answer else None)


def live_release(live: LiveContents) -> LiveRelease:
    """The release that is live, and what was withdrawn from it."""
    release = live.release
    return LiveRelease(
        release=release.id,
        market=release.market,
        number=release.number,
        entries=release.entries - len(live.withdrawn),
        withdrawn=list(live.withdrawn),
        etag=live.etag,
        note=release.note,
        live_at=release.live_at,
        report=release.report,
    )


def _hit_of(hit: FoundHit) -> Hit:
    level: Level = "fallback" if hit.level else "market"
    return Hit(**_entry_fields(hit.entry, hit.release), confidence=hit.confidence, level=level)


def _entry_fields(entry: ServedEntry, release: str) -> dict[str, Any]:
    return {
        "entry_id": entry.id,
        "revision": entry.item.revision_id,
        "market": entry.market,
        "language": entry.language,
        "question": entry.text.question,
        "phrasings": list(entry.text.phrasings),
        "answer": entry.text.answer,
        "answer_plain": plain(entry.text.answer),
        "topics": list(entry.item.topics),
        "citations": [
            Citation(article_id=c.article_id, heading_path=list(c.heading_path), text=c.text) for c in entry.citations
        ],
        "release": release,
    }


def _reply_fields(result: SearchResult) -> dict[str, Any]:
    return {
        "request_id": result.request_id,
        "market": result.market,
        "release": result.release,
        "etag": result.etag,
        "confidence": result.confidence,
        "threshold": result.threshold,
        "abstained": result.abstained,
        "reason": result.reason,
        "suggestion": "hand_off" if result.abstained else None,
    }
