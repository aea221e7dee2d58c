"""How often somebody may do something, in moving windows. Counted in this process only; thread-safe."""

import math
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.errors import TooManyError, UsageError

SIGN_INS_OF_A_NAME, SIGN_INS_FROM_AN_ADDRESS = "10/15 minutes", "50/15 minutes"


_CLOCK_STEP = 5.0  # seconds by which clocks are corrected while all is well


class MovingWindow:
    """Counts what each of many does, and says how long one has to wait."""

    def __init__(self, rate: str) -> None:
        """`rate` is e.g. `600/minute`. Raises UsageError."""
        try:
            self.rate = parse(rate)
        except ValueError as error:
            raise UsageError(f"'{rate}' is no rate", "set KB_RATE_LIMIT to something like 600/minute") from error
        self._limiter, self._clock = MovingWindowRateLimiter(MemoryStorage()), _set_by()

    def hit(self, who: str) -> int:
        """Count one; the seconds that `who` has to wait before the next, 0 when it was in time."""
        self._clock = max(self._clock, _set_by())
        if _set_by() < self._clock - _CLOCK_STEP:
            # it was set back: what was counted would bar somebody until those times come again
            self._limiter, self._clock = MovingWindowRateLimiter(MemoryStorage()), _set_by()
        if self._limiter.hit(self.rate, who):
            return 0
        free_at = self._limiter.get_window_stats(self.rate, who).reset_time
        return max(1, math.ceil(free_at - time.time()))


def _set_by() -> float:
    """How far the clock is from the one that nobody sets, in seconds: it changes when the clock is set."""
    return time.time() - time.monotonic()


class RateLimit:
    """How often one key may ask."""

    def __init__(self, rate: str) -> None:
        """`rate` is e.g. `600/minute`. Raises UsageError."""
        self._window = MovingWindow(rate)

    def take(self, key_id: str) -> None:
        """Count one request. Raises TooManyError."""
        if wait := self._window.hit(key_id):
            raise TooManyError(f"this key may ask {self._window.rate}", f"wait {wait} s", retry_after=wait)


class SignInLimit:
    """How often somebody may try to sign in: with one name, and from one address."""

    def __init__(self) -> None:
        self._names, self._addresses = MovingWindow(SIGN_INS_OF_A_NAME), MovingWindow(SIGN_INS_FROM_AN_ADDRESS)

    def take(self, name: str, address: str) -> None:
        """Count one attempt, before the password is checked. Raises TooManyError."""
        if wait := self._addresses.hit(address) or self._names.hit(comparison_key(name).casefold()):
            raise TooManyError("too many attempts to sign in", f"wait {math.ceil(wait / 60)} minutes", retry_after=wait)
