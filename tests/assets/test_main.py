import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

import assets.__main__ as command
from assets.instance import open_instance, process_tags
from kb_pipeline.errors import LLMOutputError
from kb_pipeline.settings import Settings
from tests.fakes import ScriptedLLM


def _thai(settings: Settings) -> list[str]:
    return ["--home", str(settings.home), "--source", str(settings.source_dir), "--market", "th-TH"]


def test_one_command_brings_everything_up_to_staged_changes(
    settings: Settings, llm: ScriptedLLM, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(_thai(settings), llm=llm) == 0
    output = capsys.readouterr().out
    assert "source   read_articles" in output
    assert "th-TH    staged_changes" in output
    with open_instance(settings.home) as instance:  # dagster dev shows these runs afterwards
        assert [run.job_name for run in instance.get_runs()] == ["market_job", "source_job"]
        assert instance.get_latest_materialization_event(dg.AssetKey("staged_changes")) is not None


def test_an_item_that_fails_is_told_and_makes_the_command_fail(
    settings: Settings, llm: ScriptedLLM, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> None:
        raise LLMOutputError("localize_faq@1: no valid answer", "use a stronger model")

    llm.script |= {"localize_faq": fail}
    assert command.main(_thai(settings), llm=llm) == 1
    assert "every_faq_was_localized" in capsys.readouterr().out


@pytest.mark.sqlite_only("a file of garbage")
def test_a_step_that_fails_is_told_with_its_remedy(
    settings: Settings, llm: ScriptedLLM, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.home.mkdir()
    (settings.home / "kb.sqlite3").write_text("this is no database", encoding="utf-8")
    assert command.main(_thai(settings), llm=llm) == 1
    output = capsys.readouterr().out
    assert "failed" in output
    assert "Traceback" not in output


def test_a_pattern_that_no_article_is_like_fails_with_what_there_is(
    settings: Settings, llm: ScriptedLLM, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([*_thai(settings), "--only", "en/nothing.md"], llm=llm) == 1
    output = capsys.readouterr().out
    assert "no article's path is like 'en/nothing.md'; paths are like " in output
    assert "Traceback" not in output


def test_a_market_is_named_in_any_case(settings: Settings, llm: ScriptedLLM, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([*_thai(settings)[:-1], "TH-th"], llm=llm) == 0
    assert "th-TH    staged_changes" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        command.main([*_thai(settings)[:-1], "xx-XX"], llm=llm)
    assert "th-TH" in capsys.readouterr().err


def test_help_teaches() -> None:
    done = subprocess.run([sys.executable, "-m", "assets", "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "python -m assets --market th-TH --limit 3" in done.stdout
    assert "Warning" not in done.stderr


@pytest.mark.parametrize("arguments", [["--market", "xx-XX"], ["--limit", "0"], ["--source", "/no/such/folder"]])
def test_wrong_words_are_exit_code_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == 2
    assert arguments[1] in capsys.readouterr().err


def test_a_killed_run_does_not_stay_started(tmp_path: Path, defs: dg.Definitions) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    job = defs.resolve_job_def("source_job")
    with open_instance(tmp_path) as instance:
        killed = instance.create_run_for_job(
            job, status=dg.DagsterRunStatus.STARTED, tags={**process_tags(), "kb/pid": str(gone.pid)}
        )
        alive = instance.create_run_for_job(
            job, status=dg.DagsterRunStatus.STARTED, tags={**process_tags(), "kb/pid": str(os.getppid())}
        )
    with open_instance(tmp_path) as instance:
        assert instance.get_run_by_id(killed.run_id).status is dg.DagsterRunStatus.FAILURE
        assert instance.get_run_by_id(alive.run_id).status is dg.DagsterRunStatus.STARTED


def test_an_instance_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "dagster").mkdir()
    own = tmp_path / "dagster" / "dagster.yaml"
    own.write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    with open_instance(tmp_path):
        pass
    assert own.read_text(encoding="utf-8") == "telemetry:\n  enabled: false\n"
