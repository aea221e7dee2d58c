"""Every fault in each stage, in whole runs: nothing unhandled, nothing lost, nobody blocked, nothing staged that was not said.

All faults that leave the endpoint usable share one home, a desk each, so that they could get into each other's way.
"""

from types import SimpleNamespace

import pytest

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.models.vectors_in_process import InProcessVectors
from kb_pipeline.domain.calls import Outcome
from kb_pipeline.errors import LLMUnavailableError
from kb_pipeline.services.draft.run import run_pipeline
from kb_pipeline.settings import Settings
from tests.faults import server
from tests.faults.desks import GENERATE, LOCALIZE, desks, pipeline_at, place, right_text, script, write_articles
from tests.faults.faults import FAULTS, STOPS

AIMED = [fault for fault in FAULTS if fault not in STOPS]
NAMES = dict(zip((fault.name for fault in AIMED), desks(len(AIMED)), strict=True))
HEALTHY = desks(len(AIMED) + 3)[len(AIMED) :]


@pytest.fixture(scope="module")
def embedder():
    return SentenceTransformersEmbedder("embedded", Settings().model_dir, InProcessVectors(), 2)


def staged(store):
    """What waits for people, by desk."""
    return {change.revision.text.question.split()[1]: change for change in store.changes("th-TH") if change.revision}


@pytest.fixture(scope="module", params=[GENERATE, LOCALIZE])
def story(request, tmp_path_factory, thai, embedder):
    """A run with each fault at its desk, one after the endpoint healed, one more."""
    folder, runs = tmp_path_factory.mktemp(request.param), list[SimpleNamespace]()
    write_articles(folder / "source", (*NAMES.values(), *HEALTHY))
    aimed = {(request.param, NAMES[fault.name]): fault for fault in AIMED}
    with server.serve(server.Endpoint(script)) as endpoint:
        for faults in (aimed, {}, {}):
            endpoint.choose = lambda body, faults=faults: faults.get(place(body))
            endpoint.calls = 0
            with pipeline_at(endpoint.url, folder, thai, embedder, timeout=0.4, retries=1, straight=10**6) as pipeline:
                report, store = run_pipeline(pipeline), pipeline.store
                told = {"report": report, "staged": staged(store), "failed": store.failed_items(), "calls": endpoint.calls}
            runs.append(SimpleNamespace(**told))
    return runs


@pytest.mark.parametrize("fault", AIMED, ids=lambda fault: fault.name)
def test_what_is_spoilt_is_told_never_staged_and_there_once_the_endpoint_heals(story, fault):
    name = NAMES[fault.name]
    spoilt, healed, _ = story
    first = spoilt.staged.get(name)
    if fault.outcome is Outcome.USABLE:
        assert first is not None
        assert fault.is_doubtful or first.revision.text.answer == right_text(name)
        assert not fault.is_doubtful or first.findings
        return
    assert first is None
    (failed,) = (item for item in spoilt.failed if name in item.item or name.lower() in item.item)
    assert failed.message
    assert fault.hint in failed.remedy
    assert healed.staged[name].revision.text.answer == right_text(name)


def test_nobody_is_blocked_by_the_faults_of_others(story):
    assert all(story[0].staged[name].revision.text.answer == right_text(name) for name in HEALTHY)


def test_each_failure_is_told_and_when_all_is_done_a_run_costs_nothing(story):
    spoilt, healed, quiet = story
    assert len(spoilt.failed) == len(spoilt.report.failures) == sum(fault.outcome is not Outcome.USABLE for fault in AIMED)
    assert (healed.failed, healed.report.failures, quiet.report.failures, quiet.calls) == ([], (), (), 0)


@pytest.mark.parametrize("stage", [GENERATE, LOCALIZE])
def test_an_unusable_endpoint_stops_the_run_with_a_hint_and_loses_nothing(tmp_path, thai, embedder, stage):
    names = desks(3)
    write_articles(tmp_path / "source", names)
    with server.serve(server.Endpoint(script)) as endpoint:
        for fault in STOPS:
            endpoint.choose = lambda body, fault=fault: fault if place(body) == (stage, names[1]) else None
            with pipeline_at(endpoint.url, tmp_path, thai, embedder) as pipeline:
                with pytest.raises(LLMUnavailableError) as raised:
                    run_pipeline(pipeline)
                assert fault.hint in raised.value.remedy
                assert not pipeline.store.failed_items()
        endpoint.choose = lambda _: None
        with pipeline_at(endpoint.url, tmp_path, thai, embedder) as pipeline:
            run_pipeline(pipeline)
            assert {name: change.revision.text.answer for name, change in staged(pipeline.store).items()} == {
                name: right_text(name) for name in names
            }
