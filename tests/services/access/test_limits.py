"""How often one may sign in or ask; windows move with the clock, and nobody pays for another."""

import pytest
import time_machine

from kb_pipeline.errors import TooManyError, UsageError
from kb_pipeline.services.access.limits import RateLimit, SignInLimit


def test_guessing_one_name_is_slowed_down_and_nobody_elses():
    limit = SignInLimit()
    with time_machine.travel("2026-01-15 09:00:00+00:00", tick=False) as clock:
        for n in range(10):
            limit.take("บุญมี", f"10.0.0.{n}")
        with pytest.raises(TooManyError) as refused:
            limit.take(" บุญมี ", "10.0.1.1")
        assert 0 < refused.value.retry_after <= 900
        limit.take("Malee", "10.0.1.1")
        clock.shift(901)
        limit.take("บุญมี", "10.0.0.1")


def test_guessing_many_names_from_one_address_is_slowed_down():
    limit = SignInLimit()
    for n in range(50):
        limit.take(f"user {n}", "10.0.0.1")
    with pytest.raises(TooManyError, match="too many"):
        limit.take("บุญมี", "10.0.0.1")
    limit.take("บุญมี", "10.0.0.2")


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
