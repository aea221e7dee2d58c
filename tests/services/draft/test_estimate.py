"""A dry run says what a run will take, from what stored calls took, and says so where it cannot know."""

import pytest

from kb_pipeline.bootstrap import build_pipeline, open_store
from kb_pipeline.cli.draft.display import print_estimate, print_plan
from kb_pipeline.domain.calls import StoredCall
from kb_pipeline.domain.faqs import Usage
from kb_pipeline.services.draft.plan import plan_run
from kb_pipeline.services.draft.run import run_pipeline
from tests.fakes import SilentProgress
from tests.services.draft.conftest import WORKERS

CALL = 20  # tokens of one call of the scripted endpoint
PRICE = 25e-6  # of one call, in US dollars
MORE = """---
id: en/{name}
title: {name}
lang: en
topics: [returns]
---

# {name}

You can return the {name} within 15 days of delivery. The {name} must be unused. The seller of the {name} answers soon.
"""


def plan(settings, *markets, **more):
    pipeline = build_pipeline(settings.model_copy(update=more), SilentProgress(), markets=markets or ["th-TH"])
    try:
        return plan_run(pipeline)
    finally:
        pipeline.close()


def run(settings):
    pipeline = build_pipeline(settings, SilentProgress(), markets=["th-TH"])
    try:
        return run_pipeline(pipeline)
    finally:
        pipeline.close()


def add_articles(settings, *names):
    for name in names:
        (settings.source_dir / "en" / f"{name}.md").write_text(MORE.format(name=name), encoding="utf-8")


def test_before_the_first_call_nothing_is_known_and_that_is_said(settings, capsys):
    before = plan(settings)
    assert (before.estimate.calls, before.estimate.tokens, before.estimate.cost) == (None, None, None)
    print_plan(before)
    assert "not known: no call of 'scripted' is stored yet" in capsys.readouterr().out.replace("\n", " ")


def test_the_estimate_for_like_articles_is_what_they_take(settings, capsys):
    add_articles(settings, "lamp", "table")
    run(settings)
    add_articles(settings, "chair", "sofa", "shelf")
    planned = plan(settings)
    known = {stage.stage: stage.stored_calls for stage in planned.estimate.stages}
    print_estimate(planned.estimate)
    shown = capsys.readouterr().out
    taken = run(settings).account
    assert planned.estimate.calls == pytest.approx(taken.calls, rel=0.4)
    assert planned.estimate.tokens == pytest.approx(planned.estimate.calls * CALL)
    assert planned.estimate.cost == pytest.approx(planned.estimate.calls * PRICE)
    assert (known["write"], known["th-TH"] > known["write"]) == (5, True)
    assert "rough" in shown


def test_a_market_without_entries_is_judged_by_the_others(settings):
    run(settings)
    write, revise, american = plan(settings, "en-US").estimate.stages
    assert (write.calls, revise.calls, american.of_other_markets) == (0, 0, True)
    assert american.calls >= american.items == 6


def test_another_model_is_judged_by_its_own_calls(settings):
    run(settings)
    add_articles(settings, "chair")
    assert plan(settings, llm_model="another").estimate.calls is None


def test_time_is_shared_by_the_calls_at_once_and_a_price_may_be_unknown(settings):
    run(settings.model_copy(update={"llm_prompt_price": None}))
    add_articles(settings, "chair")
    two, four = plan(settings).estimate, plan(settings, llm_parallel=2 * WORKERS).estimate
    assert two.seconds == pytest.approx(2 * four.seconds)
    assert two.cost is None


def test_a_cap_below_the_estimate_is_named(settings):
    run(settings)
    add_articles(settings, "chair")
    assert plan(settings, run_tokens=10).beyond_cap == "the cap of 10 tokens"
    assert not plan(settings, run_tokens=1_000_000).beyond_cap


def test_with_nothing_due_nothing_is_taken(settings):
    run(settings)
    assert plan(settings).estimate.model_dump(include={"calls", "tokens", "cost"}) == {"calls": 0, "tokens": 0, "cost": 0}


def test_calls_that_came_in_a_batch_have_no_time_of_their_own_and_make_no_run_look_quick(settings):
    run(settings)
    add_articles(settings, "chair")
    direct = plan(settings).estimate.stages[0]
    store = open_store(settings)
    for call in list(store.calls_by_prompt("scripted")):
        for key in "ab":
            batched = StoredCall(
                fingerprint=f"{call}-{key}", prompt=f"{call}@1", model="scripted", response="{}", usage=Usage(), seconds=0.0
            )
            store.save_call(batched)
    sums = store.calls_by_prompt("scripted")
    store.close()
    assert {call.calls - call.timed for call in sums.values()} == {2}
    after = plan(settings).estimate.stages[0]
    assert (direct.stage, after.stored_calls) == ("write", direct.stored_calls + 2)
    assert after.seconds == pytest.approx(direct.seconds)
