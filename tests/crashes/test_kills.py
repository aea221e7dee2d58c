"""SIGKILL at every failpoint that a home's story passes: the invariants hold, and what was killed ends where it should.

The points of publishing as a whole have `tests/e2e/test_publish_kill.py`; all of them, each time they are passed, and kills at
random moments: `make torture`.
"""

import ast

import pytest

from kb_pipeline.failpoints import failpoint_at
from tests.conftest import ROOT
from tests.crashes.kills import kill_at_all, points
from tests.crashes.story import Step, tell
from tests.e2e.endpoint import ScriptedEndpoint

ELSEWHERE = ("publish.", "rollback.", "verify.")  # points that test_publish_kill has
NOT_IN_THE_STORY = {
    "fail_release": "only after a kill: test_publish_kill",
    "save_vectors": "needs the embedder: make torture",
    "renew_leases": "by a clock: tests/adapters/models/test_leased_llm.py",
    "set_aside": "only in a home from before replies were read: tests/adapters/models/test_llm_openai.py",
    **dict.fromkeys(
        ("add_batch", "batch_accepted", "end_batch", "drop_batch", "forget_batched"),
        "killed in tests/services/draft/test_batches.py",
    ),
}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def endpoint(make_httpserver):
    make_httpserver.clear()  # the server is the whole session's: another test's answers may still be there
    return ScriptedEndpoint(make_httpserver, seconds=0.0)


@pytest.fixture(scope="module")
def story(endpoint, tmp_path_factory):
    return tell(tmp_path_factory.mktemp("story"), endpoint.url)


def each_point_once(story: tuple[Step, ...]) -> list[tuple[Step, list[str]]]:
    """Every point in the first act that passes it."""
    seen, chosen = set[str](), []
    for step in story:
        fresh = [point for point in points(step) if point not in seen and not point.startswith(ELSEWHERE)]
        seen.update(fresh)
        chosen.append((step, fresh))
    return [(step, fresh) for step, fresh in chosen if fresh]


def test_every_failpoint_once(story, endpoint, tmp_path):
    problems = {}
    for step, wanted in each_point_once(story):
        for killed in kill_at_all(step, wanted, tmp_path / step.name, endpoint):
            if killed.problems:
                problems[f"{killed.step} {killed.point}"] = killed.problems
    assert problems == {}


def test_every_write_of_the_store_is_in_the_story(story):
    passed = {point.split(".")[0] for step in story for point in step.passed}
    assert passed >= writes() - NOT_IN_THE_STORY.keys()


def writes() -> set[str]:
    """The methods of the store that open a write transaction."""
    found = set()
    for file in (ROOT / "kb_pipeline/adapters/store_sql").glob("*.py"):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and "self._db.write()" in ast.unparse(function):
                found.add(function.name)
    return found


def test_a_point_can_be_the_nth_time_or_be_written_down(tmp_path):
    note = failpoint_at(f"trace:{tmp_path / 'trace'}")
    for name in ("decide.before_commit", "decide.after_commit"):
        note(name)
    assert (tmp_path / "trace").read_text().split() == ["decide.before_commit", "decide.after_commit"]
    for harmless in ("", "decide.after_commit:2"):
        failpoint_at(harmless)("decide.after_commit")
