"""What a client of the knowledge base may do: ask, read, give feedback. Keys, rates and the query log; no HTTP."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

from kb_pipeline.domain.accounts import ApiKey
from kb_pipeline.domain.answers import Feedback, Query, QueryRecord, SearchResult
from kb_pipeline.domain.markets import Market
from kb_pipeline.errors import (
    AuthenticationError,
    ForbiddenError,
    KBError,
    NotFoundError,
    StoreError,
    UnknownMarketError,
)
from kb_pipeline.ports.query_log import FeedbackStore
from kb_pipeline.services.access.limits import RateLimit
from kb_pipeline.services.serve.keys import KnownKeys
from kb_pipeline.services.serve.query_log import BufferedQueryLog
from kb_pipeline.services.serve.search import FoundEntry, Listing, LiveContents, Searcher
from kb_pipeline.steps.privacy.redact import redact

_LOG = logging.getLogger(__name__)
_TRIED = 1.0  # seconds for which the last trial question counts


class Serving:
    """The use cases of the API. `start()` it before the first question, `close()` it at the end. Thread-safe.

    Questions go on while the store is away, for `offline_seconds`: longer, it is not known any more who may ask, nor what
    people withdrew.
    """

    def __init__(
        self,
        *,
        searcher: Searcher,
        keys: KnownKeys,
        feedback: FeedbackStore,
        log: BufferedQueryLog,
        rate: RateLimit,
        markets: Sequence[Market],
        offline_seconds: float,
        close: Callable[[], None],
    ) -> None:
        self._searcher = searcher
        self._keys = keys
        self._feedback = feedback
        self._close_store = close
        self._log = log
        self._rate = rate
        self._markets = frozenset(market.tag for market in markets)
        self._offline_seconds = offline_seconds
        self._not_warm = "the embedder is loading"
        self._trying = threading.Lock()
        self._tried: tuple[float, list[str]] | None = None  # when, and what was wrong

    def start(self) -> None:
        """Open the live releases, follow the pointer, and load the embedder, all beside the caller."""
        threading.Thread(target=self._prepare, name="prepare", daemon=True).start()

    def client(self, key: str) -> ApiKey:
        """Whose key this is; it counts as one request. Raises AuthenticationError, TooManyError, StoreError."""
        client = self._keys.client_of(key)
        if client is None:
            raise AuthenticationError("no valid API key", "send it as 'Authorization: Bearer kb_...'; make one: kb key add")
        self._rate.take(client.id)
        return client

    def _admit(self, client: ApiKey, market: str) -> None:
        """Let `client` ask for `market`. Raises ForbiddenError, UnknownMarketError, StoreError."""
        if not client.may(market):
            raise ForbiddenError(f"this key is not for '{market}'", "use a key of that market: kb key add --market TAG")
        if market not in self._markets:
            raise UnknownMarketError(f"there is no market '{market}'", "GET /readyz lists the markets that are served")
        if problem := self._too_old():
            raise StoreError(problem, "bring the database back")

    def search(self, query: Query, client: ApiKey, request_id: str) -> SearchResult:
        """The hits or an abstention, with a redacted line in the query log. Raises ForbiddenError, UnknownMarketError."""
        self._admit(client, query.market)
        began = time.perf_counter()
        result = self._searcher.search(query, request_id)
        self._log.add(_record(query, result, client, time.perf_counter() - began))
        return result

    def feedback(self, feedback: Feedback, client: ApiKey) -> None:
        """Keep what came of an answer, redacted. Raises NotFoundError, and ForbiddenError for another market's."""
        if self._keys.is_away:  # do not wait for it: whoever only asks would wait, too
            raise StoreError("the database is away: no feedback can be kept", "send it again later")
        self._log.flush()
        record = self._feedback.query(feedback.request_id)
        if record is None:
            raise NotFoundError(f"no request '{feedback.request_id}'", "give the request_id that came with the answer")
        self._admit(client, record.market)
        redacted = feedback.model_copy(update={"comment": redact(feedback.comment)})
        self._feedback.save_feedback(redacted, datetime.now(UTC))

    def entry(self, id_: str, market: str, client: ApiKey) -> FoundEntry:
        """An entry that the market may say today, its own or a fallback's.

        Raises NotFoundError, ForbiddenError, UnknownMarketError.
        """
        self._admit(client, market)
        return self._searcher.entry(market, id_)

    def listing(self, market: str, client: ApiKey, topic: str | None, after: str, limit: int) -> Listing:
        """The market's own entries that may be said today, by id, from behind the id `after`. Raises as `entry`."""
        self._admit(client, market)
        return self._searcher.listing(market, topic, after, limit)

    def release(self, market: str, client: ApiKey) -> LiveContents:
        """The release that the market serves now, and what was withdrawn from it. Raises as `entry`."""
        self._admit(client, market)
        return self._searcher.contents(market)

    def problems(self) -> list[str]:
        """Why it cannot answer now, in words; empty when it can, which each market that has something live was asked."""
        if self._not_warm:
            return [self._not_warm, *self._searcher.ready()]
        too_old = self._too_old()
        return [*([too_old] if too_old else []), *self._searcher.ready(), *self._trial()]

    def degraded(self) -> list[str]:
        """What does not work while it answers, in words; empty when all does."""
        found = [f"{h.market} goes on with {h.open}: {h.live} cannot be opened" for h in self._searcher.health() if h.is_behind]
        if self._keys.is_away:
            found.append(
                f"the database is away: what is said was read {self.age:.0f} s ago, feedback and unknown keys are refused"
            )
            found.append(f"{self._log.waiting} lines of the query log wait in memory")
        return found

    @property
    def age(self) -> float:
        """Seconds since it was read who may ask, and what people withdrew."""
        return max(self._keys.age, self._searcher.age)

    @property
    def waiting(self) -> int:
        """Lines of the query log that are not in the database yet."""
        return self._log.waiting

    def _too_old(self) -> str:
        if self.age <= self._offline_seconds:
            return ""
        return (
            f"the database is away for longer than {self._offline_seconds / 3600:g} h: nobody knows what people withdrew since"
        )

    def _trial(self) -> list[str]:
        """Ask each market that has something live a question, as a client would; at most once in a while."""
        with self._trying:
            if self._tried is None or time.monotonic() - self._tried[0] > _TRIED:
                failures = [f"{tag} cannot be asked: {failure}" for tag in self.live_numbers() if (failure := self._asked(tag))]
                self._tried = time.monotonic(), failures
            return self._tried[1]

    def _asked(self, market: str) -> str:
        try:
            self._searcher.search(Query(text="ready?", market=market, fallback=False), "")
        except KBError as error:
            return str(error)
        return ""

    def live_numbers(self) -> dict[str, int]:
        """The number of the release that is served in each market; markets without one are left out."""
        live = {market: self._searcher.live(market) for market in sorted(self._markets)}
        return {market: release.number for market, release in live.items() if release}

    @property
    def dropped(self) -> int:
        """Lines of the query log that were lost because the database was too slow."""
        return self._log.dropped

    def close(self) -> None:
        """Write what is left of the query log, and let everything go."""
        with ExitStack() as closing:
            closing.callback(self._close_store)
            closing.callback(self._searcher.close)
            closing.callback(self._keys.close)
            closing.callback(self._log.close)

    def _prepare(self) -> None:
        self._keys.follow()
        self._searcher.follow()
        try:
            for market in self._markets:
                self._searcher.search(Query(text="ready?", market=market), "")
        except KBError as error:
            _LOG.error("not ready: %s", error)
            self._not_warm = str(error)
        else:
            self._not_warm = ""


def _record(query: Query, result: SearchResult, client: ApiKey, seconds: float) -> QueryRecord:
    return QueryRecord(
        request_id=result.request_id,
        at=datetime.now(UTC),
        market=query.market,
        text=redact(query.text),
        client=client.id,
        release=result.release,
        level=result.level,
        entry_ids=tuple(hit.entry.id for hit in result.hits),
        confidence=result.confidence,
        abstained=result.abstained,
        reason=result.reason or "",
        seconds=seconds,
    )
