"""Runs whose calls go to the provider in batches: the same texts, and nothing is sent twice, whenever the run is killed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from kb_pipeline import bootstrap
from kb_pipeline.bootstrap import build_pipeline, open_store
from kb_pipeline.domain.batches import Batch
from kb_pipeline.errors import LLMUnavailableError, UsageError
from kb_pipeline.services.draft.run import run_pipeline
from tests.fakes import SilentProgress
from tests.services.draft.batching import BatchingEndpoint


class KilledError(BaseException):
    """The process ends here: nothing may catch it."""


@pytest.fixture
def endpoint(httpserver):
    return BatchingEndpoint(httpserver)


def run(settings, *, batch=True, **more):
    settings = settings.model_copy(update={"batch_pause": 0.01, **more})
    pipeline = build_pipeline(settings, SilentProgress(), markets=["th-TH"], batch=batch)
    try:
        return run_pipeline(pipeline)
    finally:
        pipeline.close()


def staged(settings):
    store = open_store(settings)
    texts = {change.id: change.revision.text for change in store.changes("th-TH") if change.revision}
    store.close()
    return texts


def memo(settings):
    store = open_store(settings)
    try:
        return store.call_totals(), store.open_batches()
    finally:
        store.close()


@pytest.fixture
def whole(settings, endpoint, tmp_path):
    """What a run without batches stages, and what it takes."""
    plain = settings.model_copy(update={"home": tmp_path / "plain"})
    run(plain, batch=False)
    asked = len(endpoint.asked)
    endpoint.asked.clear()
    return staged(plain), asked


def test_a_run_in_batches_stages_what_any_run_stages_and_asks_nothing_else(settings, endpoint, whole):
    report = run(settings)
    assert (staged(settings), sum(endpoint.sent.values())) == whole
    assert set(endpoint.sent.values()) == {1}
    assert report.account.calls == whole[1]
    assert len(endpoint.batches) < whole[1]
    assert not report.failures
    assert not report.still_due
    assert memo(settings)[1] == []


def test_a_run_without_batches_sends_none(settings, endpoint, whole):
    run(settings, batch=False)
    assert (endpoint.batches, endpoint.files) == ({}, {})


KILLS = (
    "add_batch.before_commit", "add_batch.after_commit", "batch_accepted.before_commit", "batch_accepted.after_commit",
    "end_batch.before_commit", "end_batch.after_commit", "save_call.before_commit", "save_call.after_commit", "forget_batched.before_commit",
)  # fmt: skip


@pytest.mark.parametrize("kill", KILLS)
def test_a_run_that_is_killed_finds_its_batch_again_and_sends_no_call_twice(settings, endpoint, whole, monkeypatch, kill):
    def fall(point):
        if point == kill:
            raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "failpoint_at", lambda _: fall)
        with pytest.raises(KilledError):
            run(settings)
    run(settings)
    assert (staged(settings), sum(endpoint.sent.values())) == whole
    assert set(endpoint.sent.values()) == {1}
    assert memo(settings)[0][0] == whole[1]
    assert not endpoint.asked.keys() - endpoint.asked.keys()


@pytest.mark.parametrize("sends", [1, 2])
def test_a_run_that_is_stopped_while_the_provider_works_goes_on_later(settings, endpoint, whole, monkeypatch, sends):
    def stop(_seconds):
        if len(endpoint.batches) == sends:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("kb_pipeline.adapters.models.batched_calls.time.sleep", stop)
        with pytest.raises(KeyboardInterrupt):
            run(settings)
    (batch,) = memo(settings)[1]
    assert (batch.provider_id, batch.calls > 0) == (f"batch-{sends - 1}", True)
    run(settings)
    assert (staged(settings), sum(endpoint.sent.values())) == whole
    assert set(endpoint.sent.values()) == {1}


def test_a_provider_that_is_away_for_a_while_is_asked_again(settings, endpoint, whole):
    endpoint.offline = 3
    run(settings)
    assert staged(settings) == whole[0]
    assert set(endpoint.sent.values()) == {1}


def test_a_batch_that_is_refused_stops_the_run_and_counts_against_no_item(settings, endpoint, whole):
    endpoint.end = "failed"
    with pytest.raises(LLMUnavailableError, match=r"batch-0 brought no answer: the file is not to our taste"):
        run(settings)
    endpoint.end = "completed"
    assert not run(settings).failures
    assert staged(settings) == whole[0]


def test_what_an_expired_batch_leaves_is_tried_by_the_next_run(settings, endpoint, whole):
    endpoint.end, endpoint.spoil = "expired", lambda lines: [json.dumps(line) for line in lines[:1]]
    first = run(settings)
    assert {failure.code for failure in first.failures} == {"llm-later"}
    assert "without an answer" in first.failures[0].message
    endpoint.end, endpoint.spoil = "completed", lambda lines: [json.dumps(line) for line in lines]
    assert not run(settings).failures
    assert staged(settings) == whole[0]
    assert max(endpoint.sent.values()) == 2


def refusal(line):
    return line | {"response": {"status_code": 429, "body": {"error": {"message": "too many"}}}}


def unasked(line):
    return line | {"response": None, "error": {"code": "batch_expired", "message": "no time"}}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda line: json.dumps(line)[:40], "without an answer"),
        (lambda line: "\x00\xff null", "without an answer"),
        (lambda line: json.dumps([line]), "without an answer"),
        (lambda line: json.dumps(line | {"custom_id": "คนอื่น"}), "without an answer"),
        (lambda line: json.dumps(line | {"response": 7, "error": ["x"]}), "in a batch"),
        (lambda line: json.dumps(refusal(line)), "too many"),
        (lambda line: json.dumps(unasked(line)), "no time"),
    ],
    ids=["cut", "no JSON", "a list", "another's", "no response", "refused", "expired"],
)
def test_a_spoilt_line_fails_its_own_item_only_until_the_next_run(settings, endpoint, whole, spoil, words):
    endpoint.spoil = lambda lines: [spoil(lines[0]), *(json.dumps(line) for line in lines[1:])] if len(lines) > 1 else ["{"]
    first = run(settings)
    assert words in first.failures[0].message
    endpoint.spoil = lambda lines: [json.dumps(line) for line in lines]
    assert not run(settings).failures
    assert staged(settings) == whole[0]


def test_of_two_lines_on_one_call_the_first_counts(settings, endpoint, whole):
    endpoint.spoil = lambda lines: [json.dumps(line) for line in [*lines, *map(refusal, lines)]]
    report = run(settings)
    assert (staged(settings), report.account.calls, report.failures) == (*whole, ())


def test_an_unusable_reply_of_a_batch_is_asked_once_more_at_once(settings, endpoint, whole):
    def babble(lines):
        lines[0]["response"]["body"]["choices"][0]["message"]["content"] = "ไม่ใช่ JSON"
        return [json.dumps(line) for line in lines]

    endpoint.spoil = babble
    report = run(settings)
    assert not report.failures
    assert report.account.calls == whole[1] + len(endpoint.batches)
    assert staged(settings) == whole[0]


def test_no_batch_is_sent_that_may_pass_the_cap(settings, endpoint, whole):
    report = run(settings, run_tokens=1000)
    assert (endpoint.batches, report.account.calls, report.still_due["source_faqs"]) == ({}, 0, 3)
    assert "the cap of 1,000 tokens leaves no room in a batch" in report.stopped
    some = run(settings, run_tokens=4000)
    assert 0 < some.account.calls < whole[1]
    assert some.still_due
    costly = run(settings, run_cost=1e-6)
    assert costly.account.calls == 0
    assert not run(settings, run_tokens=1_000_000).still_due
    assert staged(settings) == whole[0]


def test_a_batch_that_its_provider_does_not_know_is_kept_for_two_days_and_then_given_up(settings, endpoint, whole):
    store = open_store(settings)
    batch = Batch(id="b", model="scripted", calls=1, provider_id="elsewhere", created_at=datetime.now(UTC))
    store.add_batch(batch, ["k"])
    with pytest.raises(LLMUnavailableError, match="elsewhere is not known there"):
        run(settings)
    store.drop_batch("b")
    store.add_batch(batch.model_copy(update={"created_at": datetime.now(UTC) - timedelta(days=3)}), ["k"])
    store.close()
    run(settings)
    assert staged(settings) == whole[0]


def test_the_embedded_model_takes_no_batches(settings):
    with pytest.raises(UsageError, match="takes no batches"):
        run(settings, llm_model="embedded")
