"""The live releases, open for reading and followed while they change, and what was withdrawn from them.

SQL is the truth; nothing is asked of them here.
"""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.releases import Release, release_id
from kb_pipeline.errors import KBError
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.releases import Indexes
from kb_pipeline.services.serve.following import Follower
from kb_pipeline.services.serve.opened import NO_TEXTS, LiveStore, OpenRelease, open_release

_READING = 1.0  # seconds that the readers of an index that was made anew have to end
_PATIENCE = 5.0  # seconds until a release that could not be opened is tried again


class MarketHealth(Value):
    """What a market serves (`open`) and should serve (`live`), and why they differ."""

    market: str
    live: str | None
    open: str | None
    problem: str = ""

    @property
    def is_behind(self) -> bool:
        """Whether it serves another release than the live one."""
        return self.open is not None and self.open != self.live


class LiveReleases:
    """The live release of each of `markets`. Thread-safe. `refresh()` or `follow()` first, `close()` at the end.

    What is withdrawn is followed by a thread of its own: to open a large release takes seconds, to fall silent may not.
    """

    def __init__(self, store: LiveStore, indexes: Indexes, embedder: Embedder, markets: Sequence[str]) -> None:
        self._store = store
        self._indexes = indexes
        self._embedder = embedder
        self._tags = tuple(markets)
        self._open: Mapping[str, OpenRelease] = {}  # never changed, only replaced
        self._numbers: Mapping[str, int] | None = None  # the pointer as it was last read
        self._withdrawn: Mapping[str, frozenset[str]] | None = None  # by market, as last read
        self._failed: dict[str, tuple[int, float, str]] = {}  # market -> number, when, why
        self._refreshing = threading.Lock()
        self._silencing = threading.Lock()
        self._silence = Follower("follow-withdrawn", self._refresh_withdrawn)
        self._pointer = Follower("follow-releases", self._refresh_releases)

    def refresh(self) -> None:
        """Read what is withdrawn, then the pointer. A store that fails leaves all as it was."""
        self._silence.look()
        self._pointer.look()

    def _refresh_withdrawn(self) -> None:
        """Read what is withdrawn: what is open is silent about it from now on."""
        with self._silencing:
            self._withdrawn = self._store.withdrawn_revisions()
            for tag, released in self._open.items():
                released.silence(self._withdrawn.get(tag, NO_TEXTS))

    def _refresh_releases(self) -> None:
        """Read the pointer, open what is new, then swap. What cannot be opened is in `health()`; the old one goes on.

        Nothing is opened before it is known what it may not say.
        """
        if self._withdrawn is None:
            return
        with self._refreshing:
            numbers = self._store.live_numbers()
            self._let_go_of_replaced()
            old = self._open
            live = {tag: numbers[tag] for tag in self._tags if tag in numbers}
            fresh = {tag: now for tag, number in live.items() if (now := self._followed(tag, number, old.get(tag)))}
            with self._silencing:  # what was withdrawn while it was opened
                for tag, released in fresh.items():
                    released.silence(self._withdrawn.get(tag, NO_TEXTS))
                self._open, self._numbers = fresh, live
            for tag, released in old.items():
                if fresh.get(tag) is not released:
                    released.retire()

    def _let_go_of_replaced(self) -> None:
        """Close what stands on an index that was made anew: the new one can be opened when its last reader has left."""
        for tag, released in self._open.items():
            if not released.index.is_current():
                with self._silencing:
                    self._open = {market: other for market, other in self._open.items() if market != tag}
                released.retire()
                released.wait_closed(_READING)

    def follow(self, seconds: float = 0.5) -> None:
        """Refresh now and then every so many seconds, in threads of its own, until `close()`."""
        self.refresh()
        self._silence.start(seconds)
        self._pointer.start(seconds)

    def close(self) -> None:
        """Stop following; each release closes when its last reader has left."""
        self._silence.close()
        self._pointer.close()
        with self._refreshing:
            old, self._open = self._open, {}
        for released in old.values():
            released.retire()

    def _followed(self, tag: str, number: int, current: OpenRelease | None) -> OpenRelease | None:
        """The release to serve: the live one, or the current one as long as that one cannot be opened."""
        if current and current.release.number == number:
            self._failed.pop(tag, None)
            return current
        failed = self._failed.get(tag)
        if failed and failed[0] == number and time.monotonic() - failed[1] < _PATIENCE:
            return current
        try:
            released = open_release(self._store, self._indexes, self._embedder, tag, number)
        except KBError as error:
            self._failed[tag] = (number, time.monotonic(), str(error))
            return current
        self._failed.pop(tag, None)
        return released

    def live(self, market: str) -> Release | None:
        """The release that the market serves now."""
        released = self._open.get(market)
        return released.release if released else None

    def health(self) -> tuple[MarketHealth, ...]:
        """Each market that has something live, by tag."""
        numbers, opened = self._numbers or {}, self._open
        return tuple(
            MarketHealth(
                market=tag,
                live=release_id(tag, number),
                open=opened[tag].release.id if tag in opened else None,
                problem=self._failed[tag][2] if tag in self._failed else self._store_problem(),
            )
            for tag, number in sorted(numbers.items())
        )

    def ready(self) -> list[str]:
        """Why it cannot answer as it should, in words; empty when it can. An older release that goes on is in `health()`."""
        if self._numbers is None:
            return [self._store_problem() or "the live releases are not open yet"]
        problems = [f"{h.live} is not open: {h.problem}" for h in self.health() if h.open is None]
        if self._silence.is_dead or self._pointer.is_dead:
            problems.append("the live releases are not followed any more; start the API again")
        return problems

    @property
    def age(self) -> float:
        """Seconds since it was read what is withdrawn."""
        return self._silence.age

    def _store_problem(self) -> str:
        return self._silence.problem or self._pointer.problem

    @contextmanager
    def reading(self, market: str) -> Iterator[OpenRelease | None]:
        """The market's release, which stays open until the context ends; None if there is none."""
        released = self._open.get(market)
        while released and not released.enter():  # it was retired between the two steps: take its successor
            released = self._open.get(market)
        try:
            yield released
        finally:
            if released:
                released.leave()
