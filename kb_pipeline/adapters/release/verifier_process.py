"""Verifies a release in a fresh child process: `kb release verify`, which sees only what is on the disk."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from pydantic import ValidationError

from kb_pipeline.domain.releases import Release, ReleaseReport

_SECONDS = 120.0  # to start and to read
_SECONDS_PER_ENTRY = 0.2


class ProcessVerifier:
    """Implements `ports.releases.Verifier`. `environment` are the settings as variables; the rest the child inherits."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)

    def verify(self, release: Release) -> ReleaseReport:
        """See ports.releases.Verifier."""
        command = [
            sys.executable, "-m", "kb_pipeline.cli", "release", "verify", release.market, str(release.number), "--json",
        ]  # fmt: skip
        seconds = _SECONDS + _SECONDS_PER_ENTRY * release.entries
        try:
            ran = subprocess.run(  # noqa: S603 - our own command
                command,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=os.environ | self._environment,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return _failed(release, f"the verifying process was not done after {seconds:.0f} s")
        try:
            return ReleaseReport.model_validate(json.loads(ran.stdout)["report"])
        except (ValueError, KeyError, TypeError, ValidationError):
            return _failed(release, _ending(ran))


def _ending(ran: "subprocess.CompletedProcess[str]") -> str:
    """How the child ended, with the last lines of its output."""
    code = ran.returncode
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code} and no report"
    last_lines = [line for line in ran.stderr.strip().splitlines() if line.strip()][-2:]
    return f"the verifying process {how}" + (f": {' '.join(line.strip() for line in last_lines)}" if last_lines else "")


def _failed(release: Release, why: str) -> ReleaseReport:
    return ReleaseReport(entries=release.entries, texts=0, failures=(why,))
