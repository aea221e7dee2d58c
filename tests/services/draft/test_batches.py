"""Runs whose calls go to the provider in batches: the same texts, and nothing is sent twice, whenever the run is killed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from kb_pipeline.bootstrap import build_pipeline, home, open_store
from kb_pipeline.domain.batches import Batch
from kb_pipeline.errors import LLMUnavailableError, UsageError
from kb_pipeline.services.draft.run import run_pipeline
from kb_pipeline.services.draft.status import read_status
from tests.fakes import SilentProgress
from tests.services.draft.batching import BatchingEndpoint
from tests.services.draft.conftest import settings_at


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


@pytest.fixture(scope="module")
def whole(make_httpserver, tmp_path_factory):
    """What a run without batches stages, and how many calls it takes."""
    endpoint = BatchingEndpoint(make_httpserver)
    plain = settings_at(tmp_path_factory.mktemp("plain"), endpoint)
    run(plain, batch=False)
    assert (endpoint.batches, endpoint.files) == ({}, {})
    make_httpserver.clear()
    return staged(plain), len(endpoint.asked)


def test_a_run_in_batches_stages_what_any_run_stages_and_asks_nothing_else(settings, endpoint, whole):
    report = run(settings)
    assert (staged(settings), sum(endpoint.sent.values())) == whole
    assert set(endpoint.sent.values()) == {1}
    assert report.account.calls == whole[1]
    assert len(endpoint.batches) < whole[1]
    assert not report.failures
    assert not report.still_due
    assert memo(settings)[1] == []


def test_when_a_batch_is_read_no_file_of_it_stays_with_the_provider(settings, endpoint):
    run(settings)
    assert endpoint.batches
    assert endpoint.files == {}


def test_a_file_that_cannot_be_deleted_is_logged_and_stops_nothing(settings, endpoint, whole, caplog):
    endpoint.keeps_files = True
    run(settings)
    assert staged(settings) == whole[0]
    assert "file file-1 stays with the provider" in caplog.text


KILLS = (
    "add_batch.before_commit", "add_batch.after_commit", "batch_accepted.before_commit", "batch_accepted.after_commit",
    "end_batch.before_commit", "end_batch.after_commit", "save_call.before_commit", "save_call.after_commit",
    "forget_batched.before_commit",
)  # fmt: skip


def test_a_run_that_is_killed_finds_its_batch_again_and_sends_no_call_twice(settings, endpoint, whole, monkeypatch):
    for kill in KILLS:

        def fall(point, kill=kill):
            if point == kill:
                raise KilledError

        with monkeypatch.context() as patch:
            patch.setattr(home, "failpoint_at", lambda _, fall=fall: fall)
            with pytest.raises(KilledError):
                run(settings)
    run(settings)
    assert (staged(settings), sum(endpoint.sent.values())) == whole
    assert set(endpoint.sent.values()) == set(endpoint.asked.values()) == {1}
    assert memo(settings)[0][0] == whole[1]


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


def test_a_spoilt_line_fails_its_own_item_only_until_the_next_run(settings, endpoint, whole):
    endpoint.spoil = lambda lines: ['{"custom_id": "', *(json.dumps(line) for line in lines[1:])]
    first = run(settings)
    assert "without an answer" in first.failures[0].message
    assert first.source_faqs.written
    endpoint.spoil = lambda lines: [json.dumps(line) for line in lines]
    assert not run(settings).failures
    assert staged(settings) == whole[0]


def test_an_unusable_reply_of_a_batch_is_asked_once_more_at_once(settings, endpoint):
    def babble(lines):
        lines[0]["response"]["body"]["choices"][0]["message"]["content"] = "ไม่ใช่ JSON"
        return [json.dumps(line) for line in lines]

    endpoint.spoil = babble
    report = run(settings)
    assert not report.failures
    assert sum(endpoint.asked.values()) - sum(endpoint.sent.values()) == len(endpoint.batches)
    assert report.account.calls == sum(endpoint.asked.values())


def test_no_batch_is_sent_that_may_pass_the_cap(settings, endpoint, whole):
    report = run(settings, run_tokens=1000)
    assert (endpoint.batches, report.account.calls, report.still_due["source_faqs"]) == ({}, 0, 3)
    assert "the cap of 1,000 tokens leaves no room in a batch" in report.stopped
    some = run(settings, run_tokens=4000)
    assert 0 < some.account.calls < whole[1]
    assert some.still_due
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


def test_a_run_without_batches_says_that_one_is_with_the_provider(settings, caplog):
    store = open_store(settings)
    store.add_batch(Batch(id="b", model="scripted", calls=7, created_at=datetime.now(UTC)), ["k"])
    assert [batch.calls for batch in read_status(store, ()).batches] == [7]
    store.close()
    build_pipeline(settings, SilentProgress(), markets=["th-TH"]).close()
    assert "7 calls are in a batch" in caplog.text
