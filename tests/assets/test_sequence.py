"""The main job has one sequence: `kb run` and the Dagster entry take the same steps in the same order."""

from collections.abc import Callable

import pytest

import assets.__main__ as command
from kb_pipeline.bootstrap import build_pipeline
from kb_pipeline.services.draft.run import Pipeline, run_pipeline
from kb_pipeline.settings import Settings
from tests.fakes import ScriptedLLM, SilentProgress

STEPS = [
    name for name in vars(Pipeline) if not name.startswith("_") and callable(getattr(Pipeline, name)) and name != "due_entries"
]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps as they are taken."""
    steps: list[str] = []

    def noted(name: str, step: Callable[..., object]) -> Callable[..., object]:
        def take(self: Pipeline, *markets: object) -> object:
            steps.append(f"{name} {markets[0].tag}" if markets else name)
            return step(self, *markets)

        return take

    for name in STEPS:
        monkeypatch.setattr(Pipeline, name, noted(name, getattr(Pipeline, name)))
    return steps


def test_kb_run_and_dagster_take_the_same_steps_and_stage_the_same_changes(
    settings: Settings, llm: ScriptedLLM, taken: list[str]
) -> None:
    home = settings.home
    arguments = ["--home", str(home), "--source", str(settings.source_dir), "--market", "th-TH", "--market", "en-US"]
    assert command.main(arguments, llm=llm) == 0
    by_dagster, calls = list(taken), len(llm.requests)
    taken.clear()
    other = settings.model_copy(update={"home": home.with_name("other")})
    pipeline = build_pipeline(other, SilentProgress(), markets=["th-TH", "en-US"], llm=llm)
    report = run_pipeline(pipeline)
    assert taken == by_dagster
    assert len(llm.requests) == calls, "the same prompts: nothing is asked twice"
    staged = {change.id for change in pipeline.store.changes()}
    pipeline.close()
    again = build_pipeline(settings, SilentProgress(), markets=["th-TH", "en-US"], llm=llm)
    assert {change.id for change in again.store.changes()} == staged
    assert sum(counts.total for counts in report.changes.values()) == len(staged)
    again.close()
