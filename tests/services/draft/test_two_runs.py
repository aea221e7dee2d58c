"""Two runs at once on one home, each with connections of its own: the work is shared, nothing is paid twice."""

from concurrent.futures import ThreadPoolExecutor

from kb_pipeline.bootstrap import build_pipeline, open_store
from kb_pipeline.services.draft.run import run_pipeline
from tests.fakes import SilentProgress


def run(settings):
    pipeline = build_pipeline(settings, SilentProgress(), markets=["th-TH"])
    try:
        return run_pipeline(pipeline)
    finally:
        pipeline.close()


def test_no_call_is_paid_twice_and_both_runs_end_with_everything_staged(settings, endpoint):
    endpoint.seconds = 0.1
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(run, [settings, settings]))
    assert set(endpoint.asked.values()) == {1}
    assert sum(report.account.calls for report in reports) == len(endpoint.asked)
    assert min(report.account.calls for report in reports) > 0
    assert not any(report.failures for report in reports)
    store = open_store(settings)
    assert len(store.changes("th-TH")) == sum(report.changes["th-TH"].total for report in reports) == 6
    assert all(draft.relation for draft in store.drafts("th-TH"))
    store.close()
