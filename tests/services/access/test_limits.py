"""How often one may sign in or ask; nobody pays for another, and nobody is locked out."""

from contextlib import suppress

import pytest
import time_machine

from kb_pipeline.errors import TooManyError, UsageError
from kb_pipeline.services.access.limits import (
    FREE_TRIES,
    FREE_TRIES_OF_ADDRESS,
    LONGEST_WAIT,
    LONGEST_WAIT_OF_ADDRESS,
    RateLimit,
    SignInLimit,
)


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.mark.parametrize("name", ["malee", "บุญมี"])
def test_who_guesses_waits_longer_each_time_and_the_names_owner_signs_in_from_elsewhere_at_once(clock, name):
    limit, waits = SignInLimit(clock), []
    for _ in range(200):
        try:
            limit.take(name, "10.0.0.1")
        except TooManyError as refused:
            waits.append(refused.retry_after)
            clock.now += refused.retry_after
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == LONGEST_WAIT
    limit.take(name.upper(), "10.0.0.2")


def test_from_the_guessers_own_address_the_right_password_works_after_a_bounded_wait_and_clears_the_count(clock):
    limit = SignInLimit(clock)
    for _ in range(1000):
        clock.now += 1
        with suppress(TooManyError):
            limit.take("บุญมี", "10.0.0.1")
    clock.now += LONGEST_WAIT
    limit.take(" บุญมี ", "10.0.0.1")
    limit.succeeded("บุญมี", "10.0.0.1")
    for _ in range(FREE_TRIES):
        limit.take("บุญมี", "10.0.0.1")


def test_hammering_while_one_has_to_wait_makes_nobody_wait_longer(clock):
    limit = SignInLimit(clock)
    for _ in range(FREE_TRIES):
        limit.take("ann", "10.0.0.1")
    for _ in range(100):
        with pytest.raises(TooManyError):
            limit.take("ann", "10.0.0.1")
    clock.now += 1
    limit.take("ann", "10.0.0.1")


def test_guessing_many_names_from_one_address_is_slowed_down_but_locks_nobody_behind_it_out(clock):
    limit = SignInLimit(clock)
    for n in range(FREE_TRIES_OF_ADDRESS):
        limit.take(f"user {n}", "10.0.0.1")
    with pytest.raises(TooManyError, match="too many"):
        limit.take("บุญมี", "10.0.0.1")
    limit.take("บุญมี", "10.0.0.2")
    clock.now += LONGEST_WAIT_OF_ADDRESS
    limit.take("บุญมี", "10.0.0.1")


def test_one_machine_with_many_addresses_of_ipv6_is_one(clock):
    limit = SignInLimit(clock)
    for n in range(FREE_TRIES):
        limit.take("ann", f"2001:db8::{n:x}")
    with pytest.raises(TooManyError):
        limit.take("ann", "2001:db8::ffff")
    limit.take("ann", "2001:db8:0:1::1")


def test_what_is_remembered_is_bounded(clock, monkeypatch):
    monkeypatch.setattr("kb_pipeline.services.access.limits.MOST_KNOWN", 100)
    limit = SignInLimit(clock)
    for n in range(1000):
        limit.take("ann", f"10.0.{n // 250}.{n % 250}")
    assert len(limit._pairs._known) == len(limit._addresses._known) == 100


@pytest.mark.parametrize("key", ["bot", "บอท"])
def test_a_key_may_ask_as_often_as_its_rate_says_and_is_told_how_long_to_wait(key):
    limit = RateLimit("3/minute")
    with time_machine.travel("2026-01-15 09:00:00+00:00", tick=False) as clock:
        for _ in range(3):
            limit.take(key)
            clock.shift(10)
        with pytest.raises(TooManyError, match="3 per 1 minute") as refused:
            limit.take(key)
        assert (refused.value.retry_after, refused.value.remedy) == (30, "wait 30 s")
        limit.take("another")
        clock.shift(31)
        limit.take(key)


def test_a_rate_that_is_none_is_refused_with_a_remedy():
    with pytest.raises(UsageError, match="KB_RATE_LIMIT"):
        RateLimit("often")


@pytest.mark.parametrize("key", ["bot", "บอท"])
def test_nobody_is_barred_until_a_clock_that_was_set_back_has_caught_up(key):
    limit = RateLimit("3/minute")
    with time_machine.travel("2026-01-15 09:00:00+00:00", tick=False) as clock:
        for _ in range(3):
            limit.take(key)
        clock.shift(-24 * 3600)
        for _ in range(3):
            limit.take(key)
        with pytest.raises(TooManyError) as refused:
            limit.take(key)
        assert refused.value.retry_after <= 60
