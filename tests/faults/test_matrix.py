"""Every fault in each stage, in whole runs: nothing unhandled, nothing lost, nobody blocked, nothing staged that was not said.

All faults that leave the endpoint usable share one home, a desk each, so that they could get into each other's way.
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


SPOILT, RESTING, HEALED, QUIET = "spoilt", "resting", "healed", "quiet"
RUNS = {GENERATE: (SPOILT, HEALED, QUIET), LOCALIZE: (*[SPOILT] * MOST_RUNS, RESTING, HEALED, QUIET)}


@pytest.fixture(scope="module", params=RUNS)
def story(request, tmp_path_factory, thai):
    """Runs with each fault at its desk, one after the endpoint healed and a person asked for all, one more."""
    folder, told = tmp_path_factory.mktemp(request.param), SimpleNamespace(runs=[])
    write_articles(folder / "source", (*NAMES.values(), *HEALTHY))
    aimed = {(request.param, NAMES[fault.name]): fault for fault in AIMED}
    with server.serve(server.Endpoint(script)) as endpoint:
        for kind in RUNS[request.param]:
            endpoint.choose = (lambda body: aimed.get(place(body))) if kind in (SPOILT, RESTING) else (lambda _: None)
            endpoint.calls = 0
            with pipeline_at(endpoint.url, folder, thai, embed, timeout=0.4, retries=1, straight=10**6) as pipeline:
                if kind == HEALED:
                    told.rested = pipeline.store.try_again([item.id for item in pipeline.store.failed_items()], "มาลี")
                report = run_pipeline(pipeline)
                results = (report.source_faqs, *report.entries)
                tried, resting = (sum(len(getattr(r, name)) for r in results) for name in ("failures", "resting"))
                told.runs.append((kind, tried, resting, endpoint.calls == 0))
                told.after = staged(pipeline.store)
                told.first = told.after if len(told.runs) == 1 else told.first
                told.failed = pipeline.store.failed_items()
    return told


@pytest.mark.parametrize("fault", AIMED, ids=lambda fault: fault.name)
def test_what_is_spoilt_is_told_never_staged_and_there_once_the_endpoint_heals(story, fault):
    name = NAMES[fault.name]
    first, after = story.first.get(name), story.after.get(name)
    if fault.outcome is Outcome.USABLE:
        assert first is not None
        assert fault.is_doubtful or first.revision.text.answer == right_text(name)
        assert not fault.is_doubtful or first.findings
        return
    assert first is None
    assert any(name in failed.item or name.lower() in failed.item for failed in story.rested)
    assert after.revision.text.answer == right_text(name)


def test_nobody_is_blocked_by_the_faults_of_others(story):
    assert all(story.first[name].revision.text.answer == right_text(name) for name in HEALTHY)


def test_what_fails_is_tried_in_three_runs_then_rests_and_costs_nothing(story):
    failing = sum(fault.outcome is not Outcome.USABLE for fault in AIMED)
    expected = {SPOILT: (failing, 0, False), RESTING: (0, failing, True), HEALED: (0, 0, False), QUIET: (0, 0, True)}
    assert story.runs == [(kind, *expected[kind]) for kind, *_ in story.runs]
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
