"""How often somebody may do something. Counted in this process only; thread-safe."""

import hashlib
import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.errors import TooManyError, UsageError

FREE_TRIES, LONGEST_WAIT = 5, 60.0  # of a name from an address; seconds
FREE_TRIES_OF_ADDRESS, LONGEST_WAIT_OF_ADDRESS = 50, 2.0  # of any names: people behind one address share it
FORGOTTEN_AFTER = 900.0  # seconds without a try
MOST_KNOWN = 10_000  # pairs, and addresses
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
    """Who fails to sign in waits longer each time, by pair of name and address; nobody is locked out, whoever guesses.

    A name's owner signs in from any other address at once, and from the guesser's after `LONGEST_WAIT` at most. Guessing many
    names from one address is slowed down, too, by `LONGEST_WAIT_OF_ADDRESS`. Bounded in memory, thread-safe.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._pairs = _Tries(FREE_TRIES, LONGEST_WAIT)
        self._addresses = _Tries(FREE_TRIES_OF_ADDRESS, LONGEST_WAIT_OF_ADDRESS)

    def take(self, name: str, address: str) -> None:
        """Count one attempt as failed, before the password is checked. Raises TooManyError; what has to wait is not counted."""
        pair, network, now = _pair(name, address), _network(address), self._clock()
        with self._lock:
            wait = math.ceil(max(self._pairs.wait(pair, now), self._addresses.wait(network, now)))
            if wait <= 0:
                self._pairs.count(pair, now)
                self._addresses.count(network, now)
        if wait > 0:
            raise TooManyError("too many attempts to sign in", f"wait {wait} s", retry_after=wait)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the attempts of the pair: the password was right."""
        with self._lock:
            self._pairs.forget(_pair(name, address))


class _Tries:
    """How often each of many tried lately, and how long it has to wait: twice as long each time, up to a bound."""

    def __init__(self, free: int, longest: float) -> None:
        self._free, self._longest = free, longest
        self._known: OrderedDict[str, tuple[int, float]] = OrderedDict()  # tries, and when the last one was

    def wait(self, who: str, now: float) -> float:
        """Seconds until `who` may try again; 0 or less: now."""
        tries, last = self._lately(who, now)
        return 0.0 if tries < self._free else last + min(self._longest, 2.0 ** min(tries - self._free, 30)) - now

    def count(self, who: str, now: float) -> None:
        """Count a try; of too many that are known the one that tried longest ago is forgotten."""
        self._known[who] = (self._lately(who, now)[0] + 1, now)
        self._known.move_to_end(who)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    def forget(self, who: str) -> None:
        self._known.pop(who, None)

    def _lately(self, who: str, now: float) -> tuple[int, float]:
        tries, last = self._known.get(who, (0, now))
        return (tries, last) if now - last < FORGOTTEN_AFTER else (0, now)


def _pair(name: str, address: str) -> str:
    who = hashlib.sha256(comparison_key(name).casefold().encode("utf-8", "surrogatepass")).hexdigest()
    return f"{who} {_network(address)}"


def _network(address: str) -> str:
    """Whom an address belongs to: itself, or its /64 in IPv6, of which one machine has all."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False))
