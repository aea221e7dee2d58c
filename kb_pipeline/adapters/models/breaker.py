"""A circuit breaker: after many failures in a row nobody asks an endpoint any more but one, now and then, as a probe."""

import threading
import time
from collections.abc import Sequence

from kb_pipeline.adapters.models.setbacks import then_again
from kb_pipeline.errors import LLMUnavailableError

STRAIGHT = 10  # failures in a row, over all workers, before the endpoint is left alone
PAUSES = (5.0, 15.0, 45.0)  # seconds before each probe: about a minute, as long as a server takes to start again


class Breaker:
    """Closed: everybody asks. Open: all wait. Half open: one asks, as a probe; its success closes, its failure opens again.

    After the last probe the endpoint counts as unusable for good. Thread-safe.
    """

    def __init__(self, straight: int = STRAIGHT, pauses: Sequence[float] = PAUSES) -> None:
        self._straight = straight
        self._pauses = pauses
        self._changed = threading.Condition()
        self._failures = 0  # in a row
        self._probes = 0  # that failed
        self._probing: int | None = None  # the thread that probes now
        self._opened_at = 0.0
        self._last: LLMUnavailableError | None = None

    def enter(self, until: float) -> None:
        """Come back when the endpoint may be asked. Raises LLMUnavailableError when it may not before `until` (monotonic)."""
        with self._changed:
            while self._failures >= self._straight:
                now = time.monotonic()
                if self._last is not None and (self._probes >= len(self._pauses) or now >= until):
                    raise self._last
                left = self._opened_at + self._pauses[self._probes] - now
                if self._probing is None and left <= 0:
                    self._probing = threading.get_ident()
                    return
                self._changed.wait(min(until - now, left) if left > 0 else until - now)

    def succeeded(self) -> None:
        """The endpoint answered, whatever it said."""
        with self._changed:
            self._failures = self._probes = 0
            self._probing = None
            self._changed.notify_all()

    def failed(self, message: str, remedy: str) -> None:
        """It did not. `message` and `remedy`: what people are told when no probe helps."""
        with self._changed:
            self._failures += 1
            if self._failures < self._straight:
                return
            is_probe = self._probing == threading.get_ident()
            if is_probe:
                self._probes, self._probing = self._probes + 1, None
            if is_probe or self._failures == self._straight:
                self._opened_at = time.monotonic()
            self._last = LLMUnavailableError(
                f"the model endpoint failed {self._failures} times in a row, the last time: {message}",
                then_again(remedy),
            )
            self._changed.notify_all()

    def left(self) -> None:
        """A call ended without an answer or a failure of the endpoint, e.g. by an interrupt: the next one may probe."""
        with self._changed:
            if self._probing == threading.get_ident():
                self._probing = None
                self._changed.notify_all()
