"""The persistent Dagster instance of a KB_HOME, so that `dagster dev` shows the runs of `python -m assets`, too."""

import os
import shutil
import socket
from pathlib import Path

import dagster as dg

_HOST, _PID = "kb/host", "kb/pid"
_UNDER_WAY = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def open_instance(home: Path) -> dg.DagsterInstance:
    """The instance in `home`/dagster, made if need be. Runs of processes that were killed are ended as failed."""
    folder = (home / "dagster").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "dagster.yaml").exists():
        shutil.copyfile(Path(__file__).with_name("dagster.yaml"), folder / "dagster.yaml")
    instance = dg.DagsterInstance.from_config(str(folder))
    _end_killed_runs(instance)
    return instance


def process_tags() -> dict[str, str]:
    """Tags of a run that say which process runs it, so that a later one can tell whether it was killed."""
    return {_HOST: socket.gethostname(), _PID: str(os.getpid())}


def _end_killed_runs(instance: dg.DagsterInstance) -> None:
    for run in instance.get_runs(dg.RunsFilter(tags={_HOST: socket.gethostname()}, statuses=_UNDER_WAY)):
        if not _is_alive(int(run.tags[_PID])):
            instance.report_run_failed(run, "its process was killed; what it finished is kept")


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():  # nothing of ours has started yet: the number was used before
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
