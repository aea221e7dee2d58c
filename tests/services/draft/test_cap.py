"""A run with a cap ends cleanly where the cap is reached, and later runs do the rest. The endpoint is real HTTP, scripted."""

import pytest

from kb_pipeline.bootstrap import build_pipeline
from kb_pipeline.errors import UsageError
from kb_pipeline.services.draft.run import run_pipeline
from tests.fakes import SilentProgress
from tests.services.draft.conftest import WORKERS

CALL = 20  # tokens of one call of the scripted endpoint


def run(settings, **more):
    pipeline = build_pipeline(settings.model_copy(update=more), SilentProgress(), markets=["th-TH"])
    try:
        return run_pipeline(pipeline)
    finally:
        pipeline.close()


def test_runs_with_a_small_cap_do_all_the_work_in_turns_and_pay_for_nothing_twice(settings, endpoint, tmp_path):
    whole = run(settings, home=tmp_path / "whole")
    needed = dict(endpoint.asked)
    endpoint.asked.clear()
    turns = []
    while not turns or turns[-1].still_due:
        turns.append(run(settings, run_tokens=3 * CALL))
        assert turns[-1].account.calls <= 3 + WORKERS - 1
        assert len(turns) < 20
    assert len(turns) > 2
    assert dict(endpoint.asked) == needed
    assert sum(turn.changes["th-TH"].total for turn in turns) == whole.changes["th-TH"].total
    assert "60 tokens" in turns[0].stopped
    assert not turns[-1].stopped


def test_a_cap_of_cost_ends_a_run_and_says_what_is_still_due(settings):
    report = run(settings, run_cost=1e-9)
    assert 1 <= report.account.calls <= WORKERS
    assert report.stopped.startswith("the cap of $")
    assert report.still_due["source_faqs"] == 3 - report.account.calls
    assert not report.failures


def test_what_needs_no_call_is_done_under_any_cap(settings):
    run(settings)
    report = run(settings, run_tokens=1)
    assert (report.account.calls, report.still_due, report.stopped) == (0, {}, "")


def test_a_cap_of_cost_needs_a_price(settings):
    with pytest.raises(UsageError, match="price of 'ours'"):
        run(settings, run_cost=1.0, llm_model="ours", llm_prompt_price=None)


def test_an_endpoint_that_counts_no_tokens_gets_one_call_of_each_worker(settings, endpoint):
    endpoint.usage = None
    report = run(settings, run_tokens=1_000_000)
    assert report.account.calls <= WORKERS
    assert "does not say" in report.stopped


def test_the_steps_of_one_run_share_its_cap(settings):
    capped = settings.model_copy(update={"run_tokens": 3 * CALL})
    first = build_pipeline(capped, SilentProgress(), markets=["th-TH"], run_id="one run")
    first.read_articles()
    assert not first.write_faqs().still_due
    first.close()
    second = build_pipeline(capped, SilentProgress(), markets=["th-TH"], run_id="one run")
    result = second.localize(second.markets[0])
    second.close()
    assert (second.llm.account.calls, len(result.still_due)) == (0, 6)
    assert "60 were used by then; calls under way are finished" in result.capped


def test_an_answer_that_is_none_is_paid_and_asked_for_again_only_below_the_cap(settings, endpoint):
    endpoint.spoilt = "ขออภัย"
    report = run(settings, run_tokens=1, llm_parallel=1)
    assert report.account.calls == sum(endpoint.asked.values()) == 1
    assert report.still_due == {"source_faqs": 3}
