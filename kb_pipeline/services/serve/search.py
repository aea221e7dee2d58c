"""Answer customers' questions from the live releases, which it follows while it serves. No HTTP, no query log."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kb_pipeline.domain.answers import Abstention, Hit, Query, SearchResult, ServedEntry
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.releases import Release
from kb_pipeline.errors import NotFoundError, UnknownMarketError
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.releases import Indexes
from kb_pipeline.services.serve.live import LiveReleases
from kb_pipeline.services.serve.opened import Contents, LiveStore, OpenRelease
from kb_pipeline.steps.serve.ranking import Judged, confidence, coverage, judged_by, rank, search_words

_TEXTS = 50  # texts that an index is asked for at first; several may be of one entry
_MORE = 8  # times as many are asked for, as long as too few entries may be said

Vector = npt.NDArray[np.float32]


class Listing(Value):
    """A page of a market's entries by id. `after` asks for the next one; None: this is the last."""

    release: str
    etag: str
    entries: tuple[ServedEntry, ...] = ()
    after: str | None = None


class FoundEntry(Value):
    """An entry, the id of the release that says it, and the ETag of what that release says."""

    entry: ServedEntry
    release: str
    etag: str


class LiveContents(Value):
    """The release that a market serves, the entries that were withdrawn from it, and the ETag of what is left."""

    release: Release
    withdrawn: tuple[str, ...]
    etag: str


class Searcher:
    """Thread-safe. `refresh()` or `follow()` before the first question, `close()` at the end.

    `day` says which day it is: entries have validity dates. Below `threshold` it abstains.
    `embedder` is what embeds the questions; whoever wants the first answer fast has it embed something before.
    """

    def __init__(
        self,
        store: LiveStore,
        indexes: Indexes,
        embedder: Embedder,
        markets: Sequence[Market],
        threshold: float,
        day: Callable[[], date],
    ) -> None:
        self._releases = LiveReleases(store, indexes, embedder, [market.tag for market in markets])
        self.embedder = embedder
        self._markets = {market.tag: market for market in markets}
        self._threshold = threshold
        self._day = day
        self.refresh = self._releases.refresh
        self.follow = self._releases.follow
        self.live = self._releases.live
        self.health = self._releases.health
        self.ready = self._releases.ready
        self.close = self._releases.close

    def search(self, query: Query, request_id: str) -> SearchResult:
        """The hits of the first release in the market's chain that has a confident one, or an abstention.

        All hits are of one release. Those of an abstention are what came nearest. Raises UnknownMarketError.
        """
        market = self._market(query.market)
        chain = (market.tag, *market.fallback) if query.fallback else (market.tag,)
        vector = self.embedder.embed([query.text.strip()], "query")[0]
        nearest: SearchResult | None = None
        for level, tag in enumerate(chain):
            with self._releases.reading(tag) as released:
                if released is None:
                    continue
                found = self._result(released, query, vector, level, request_id)
                is_silenced = found.reason is Abstention.WITHDRAWN
            if not found.abstained or is_silenced:
                return found
            if nearest is None or found.confidence > nearest.confidence:
                nearest = found
        return nearest or SearchResult(
            request_id=request_id,
            market=query.market,
            threshold=self._threshold,
            abstained=True,
            reason=Abstention.NO_RELEASE,
        )

    @property
    def age(self) -> float:
        """Seconds since it was read what people withdrew."""
        return self._releases.age

    def contents(self, market: str) -> LiveContents:
        """What the market serves now. Raises NotFoundError when nothing is live."""
        with self._releases.reading(market) as released:
            if released is None:
                raise nothing_live(market)
            contents = released.contents
            return LiveContents(release=released.release, withdrawn=contents.withdrawn, etag=contents.etag)

    def topics(self, market: str, *, fallback: bool) -> tuple[str, ...]:
        """The topics of the entries that are live in the market, and in its fallback chain. Raises UnknownMarketError."""
        asked, found = self._market(market), set[str]()
        for tag in (asked.tag, *asked.fallback) if fallback else (asked.tag,):
            with self._releases.reading(tag) as released:
                entries = released.contents.entries.values() if released else ()
                found |= {topic for entry in entries for topic in entry.item.topics}
        return tuple(sorted(found))

    def entry(self, market: str, id_: str) -> FoundEntry:
        """An entry that the market may say today, its own or a fallback's. Raises NotFoundError, UnknownMarketError."""
        asked = self._market(market)
        for tag in (asked.tag, *asked.fallback):
            with self._releases.reading(tag) as released:
                if released is None:
                    continue
                contents = released.contents
                entry = contents.entries.get(id_)
                if entry and entry.may_be_said(market, self._day()):
                    return FoundEntry(entry=entry, release=released.release.id, etag=contents.etag)
        raise NotFoundError(f"no entry '{id_}' is live in {market}", "list them: GET /v1/faqs?market=" + market)

    def listing(self, market: str, topic: str | None = None, after: str = "", limit: int = 50) -> Listing:
        """The market's own entries that may be said today, by id, from behind the id `after`.

        Raises UnknownMarketError, and NotFoundError when nothing is live.
        """
        self._market(market)
        day, topics = self._day(), (topic,) if topic else ()
        with self._releases.reading(market) as released:
            if released is None:
                raise nothing_live(market)
            contents = released.contents
            ids = list(contents.entries)
            behind = (contents.entries[id_] for id_ in ids[bisect_right(ids, after) :])
            found = list(islice((e for e in behind if e.may_be_said(market, day, topics)), limit + 1))
            more = found[limit - 1].id if len(found) > limit else None
            return Listing(release=released.release.id, etag=contents.etag, entries=tuple(found[:limit]), after=more)

    def _market(self, tag: str) -> Market:
        if tag not in self._markets:
            raise UnknownMarketError(f"no market '{tag}'", f"markets: {', '.join(sorted(self._markets))}")
        return self._markets[tag]

    def _result(self, released: OpenRelease, query: Query, vector: Vector, level: int, request_id: str) -> SearchResult:
        contents = released.contents
        ranked, first = self._ranked(released, contents, query, vector)
        hits = [
            _hit(one, contents.entries[one.found.entry_id], query, level, released.release.id) for one in ranked[: query.top_k]
        ]
        sure = hits[0].confidence if hits else 0.0
        is_silenced = first is not None and first.sure >= self._threshold
        abstained = not hits or sure < self._threshold or is_silenced
        return SearchResult(
            request_id=request_id,
            market=query.market,
            hits=tuple(hits),
            confidence=sure,
            threshold=self._threshold,
            abstained=abstained,
            reason=_reason(abstained=abstained, is_silenced=is_silenced),
            release=released.release.id,
            etag=contents.etag,
            level=level,
        )

    def _ranked(
        self, released: OpenRelease, contents: Contents, query: Query, vector: Vector
    ) -> tuple[list[Judged], "_Silenced | None"]:
        """At least one entry more than is wanted, if there are so many that may be said; and the withdrawn one that came first.

        The next best of what was withdrawn is the answer to another question.
        """
        day, k = self._day(), _TEXTS
        words = search_words(query.text, released.release.market)
        while True:
            dense, lexical = released.index.dense(vector, k), released.index.lexical(words, k)
            everything = rank(dense, lexical)
            ranked = [
                found
                for found in everything
                if (entry := contents.entries.get(found.entry_id)) and entry.may_be_said(query.market, day, query.topics)
            ]
            if len(ranked) > query.top_k or len(dense) < k:
                break
            k *= _MORE
        agreements = released.agreements(query.text, [found.entry_id for found in everything])
        judged = judged_by(agreements, ranked)
        first = next(iter(judged_by(agreements, everything)), None)
        if first is None or first.found.entry_id not in contents.withdrawn:
            return judged, None
        sure, _ = _confidence(first, released.held[first.found.entry_id], query)
        return judged, _Silenced(sure)


class _Silenced(NamedTuple):
    """A withdrawn entry that came first, and how surely it would have been said."""

    sure: float


def _hit(judged: Judged, entry: ServedEntry, query: Query, level: int, release: str) -> Hit:
    sure, scores = _confidence(judged, entry, query)
    return Hit(entry=entry, confidence=sure, scores=scores, agreement=judged.agreement, level=level, release=release)


def _confidence(judged: Judged, entry: ServedEntry, query: Query) -> tuple[float, dict[str, float]]:
    """How sure it is that the entry answers the question, and the scores that this rests on. 0 for a vetoed one."""
    found, shared = judged.found, coverage(query.text, entry.language, entry.text)
    scores = {"dense": found.dense, "lexical": found.lexical, "fused": found.fused, "lead": judged.lead}
    scores |= {} if shared is None else {"coverage": shared}
    return 0.0 if judged.agreement.is_veto else confidence(found.dense, judged.lead, shared), scores


def _reason(*, abstained: bool, is_silenced: bool) -> Abstention | None:
    if is_silenced:
        return Abstention.WITHDRAWN
    return Abstention.NO_CONFIDENT_ANSWER if abstained else None


def nothing_live(market: str) -> NotFoundError:
    """What whoever asks for a market without a live release is told."""
    return NotFoundError(f"'{market}' has no live release", f"publish one: kb release publish --market {market}")
