"""Every fault in each stage, in whole runs: nothing unhandled, nothing lost, nobody blocked, nothing staged that was not said.

All faults that leave the endpoint usable share one home, a desk each, so that they could get into each other's way. What spoils
the text of a desk for ever is seen in `run` 1 to 3; then the endpoint heals and a person asks for what rests.
"""

from types import SimpleNamespace

import pytest

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.domain.calls import Outcome
from kb_pipeline.domain.failures import MOST_RUNS
from kb_pipeline.errors import LLMUnavailableError
from kb_pipeline.services.draft.run import run_pipeline
from kb_pipeline.settings import Settings
from tests.faults import server
from tests.faults.desks import GENERATE, LOCALIZE, desks, pipeline_at, place, right_text, script, write_articles
from tests.faults.faults import FAULTS, STOPS

AIMED = [fault for fault in FAULTS if fault not in STOPS and fault.name not in ("hang", "429-retry-after-an-hour")]
NAMES = dict(zip((fault.name for fault in AIMED), desks(len(AIMED)), strict=True))
HEALTHY = desks(len(AIMED) + 3)[len(AIMED) :]


def embed(store):
    return SentenceTransformersEmbedder("embedded", Settings().model_dir, store, 2)


def staged(store):
    """What waits for people, by desk."""
    return {change.revision.text.question.split()[1]: change for change in store.changes("th-TH") if change.revision}


@pytest.fixture(scope="module", params=[GENERATE, LOCALIZE])
def story(request, tmp_path_factory, thai):
    """Three runs with each fault at its desk, one after the endpoint healed and a person asked, one more."""
    folder, told = tmp_path_factory.mktemp(request.param), SimpleNamespace(stage=request.param, reports=[], staged=[], calls=[])
    write_articles(folder / "source", (*NAMES.values(), *HEALTHY))
    aimed = {(request.param, NAMES[fault.name]): fault for fault in AIMED}
    with server.serve(server.Endpoint(script)) as endpoint:
        for run in range(MOST_RUNS + 3):
            healed = run > MOST_RUNS
            endpoint.choose = (lambda _: None) if healed else (lambda body: aimed.get(place(body)))
            endpoint.calls = 0
            with pipeline_at(endpoint.url, folder, thai, embed, timeout=0.4, retries=1, straight=10**6) as pipeline:
                if run == MOST_RUNS + 1:
                    told.rested = pipeline.store.try_again([f.id for f in pipeline.store.failed_items()], "มาลี")
                told.reports.append(run_pipeline(pipeline))
                told.staged.append(staged(pipeline.store))
                told.calls.append(endpoint.calls)
                told.failed = pipeline.store.failed_items()
    return told


@pytest.mark.parametrize("fault", AIMED, ids=lambda fault: fault.name)
def test_what_is_spoilt_is_told_never_staged_and_there_once_the_endpoint_heals(story, fault):
    name = NAMES[fault.name]
    first, after = story.staged[0].get(name), story.staged[-1].get(name)
    if fault.outcome is Outcome.USABLE:
        assert first is not None
        assert fault.is_doubtful or first.revision.text.answer == right_text(name)
        assert not fault.is_doubtful or first.findings
        return
    assert first is None
    assert any(name in failed.item or name.lower() in failed.item for failed in story.rested)
    assert after.revision.text.answer == right_text(name)


def test_nobody_is_blocked_by_the_faults_of_others(story):
    assert all(story.staged[0][name].revision.text.answer == right_text(name) for name in HEALTHY)


def test_what_fails_is_tried_in_three_runs_then_rests_and_costs_nothing(story):
    failing = sum(fault.outcome is not Outcome.USABLE for fault in AIMED)
    tried = [sum(len(r.failures) for r in (report.source_faqs, *report.entries)) for report in story.reports]
    resting = [sum(len(r.resting) for r in (report.source_faqs, *report.entries)) for report in story.reports]
    assert tried == [failing] * MOST_RUNS + [0, 0, 0]
    assert resting == [0] * MOST_RUNS + [failing, 0, 0]
    assert story.calls[MOST_RUNS] == story.calls[-1] == 0
    assert not story.failed


@pytest.mark.parametrize("stage", [GENERATE, LOCALIZE])
def test_an_unusable_endpoint_stops_the_run_with_a_hint_and_loses_nothing(tmp_path, thai, stage):
    names = desks(3)
    write_articles(tmp_path / "source", names)
    with server.serve(server.Endpoint(script)) as endpoint:
        for fault in STOPS:
            endpoint.choose = lambda body, fault=fault: fault if place(body) == (stage, names[1]) else None
            with pipeline_at(endpoint.url, tmp_path, thai, embed) as pipeline:
                with pytest.raises(LLMUnavailableError) as raised:
                    run_pipeline(pipeline)
                assert fault.hint in raised.value.remedy
                assert not pipeline.store.failed_items()
        endpoint.choose = lambda _: None
        with pipeline_at(endpoint.url, tmp_path, thai, embed) as pipeline:
            run_pipeline(pipeline)
            assert {name: change.revision.text.answer for name, change in staged(pipeline.store).items()} == {
                name: right_text(name) for name in names
            }
