"""Builds the home of an earlier commit: `python -m tests.homes.build --commit a34eee3`, from the root of the repository.

The commit's own code does everything, in child processes of the interpreter that runs this, over a new home, with the scripted
model of `model.py`; what is installed must fit that commit. It writes two files beside this one: `COMMIT.tar.xz` with the home,
its articles (now and at first) and its packs, and `COMMIT.json` with what is in it, the passwords and the API keys. What it
relies on of the commit is listed in README.md.
"""

import argparse
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from tests.homes.contents import answer, contents
from tests.homes.model import ScriptedModel
from tests.homes.story import MATERIAL, PASSWORDS, QUESTIONS, tell

HERE = Path(__file__).parent
PARTS = ("home", "source", "source-at-first", "locales")
_API_SECONDS = 90.0  # to start, with the embedder


class OldSite:
    """A new home under `root`, and the code of a commit that works on it. See `story.Site`."""

    def __init__(self, root: Path, code: Path, model_url: str) -> None:
        self.home, self.source = root / "home", root / "source"
        self._root = root
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("KB_", "OPENAI_"))}
        self._environment = ours | {
            "PYTHONPATH": str(code), "KB_HOME": str(self.home), "KB_SOURCE_DIR": str(self.source),
            "KB_LOCALES_DIR": str(root / "locales"), "KB_LLM_MODEL": "scripted", "KB_LLM_BASE_URL": model_url,
            "KB_LLM_API_KEY": "none", "KB_ACTOR": "dara",
        }  # fmt: skip
        for part, origin in (("source", "source"), ("source-at-first", "source"), ("locales", "locales")):
            shutil.copytree(MATERIAL / origin, root / part)
        self._check_code(code)

    def kb(self, *words: str, stdin: str = "") -> dict[str, Any]:
        """See `story.Site`."""
        sys.stderr.write(f"kb {' '.join(words)}\n")
        command = [sys.executable, "-m", "kb_pipeline.cli", *words, "--json"]
        ran = subprocess.run(
            command, env=self._environment, cwd=self._root, input=stdin, capture_output=True, text=True, check=False
        )
        if ran.returncode:
            raise RuntimeError(f"kb {' '.join(words)} ended with {ran.returncode}:\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}")
        report: dict[str, Any] = json.loads(ran.stdout)
        return report

    def ask(self, key: str, questions: Iterable[tuple[str, str]], outcomes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """See `story.Site`."""
        with self._api(key) as api:
            asked = [api.post("/v1/search", json={"market": market, "query": query}) for market, query in questions]
            responses = [response.raise_for_status().json() for response in asked]
            for response, outcome in zip(responses, outcomes, strict=False):
                api.post("/v1/feedback", json={"request_id": response["request_id"], **outcome}).raise_for_status()
        return responses

    @contextmanager
    def _api(self, key: str) -> Iterator[httpx.Client]:
        """The commit's API on a port that it chose itself."""
        command = [sys.executable, "-m", "kb_pipeline.api", "--port", "0"]
        with subprocess.Popen(command, env=self._environment, cwd=self._root, stderr=subprocess.PIPE, text=True) as process:
            try:
                assert process.stderr is not None
                line = next((line for line in process.stderr if "listens on" in line), "")
                url = next(word for word in line.split() if word.startswith("http"))
                with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
                    _wait_until_ready(client)
                    yield client
            finally:
                process.send_signal(signal.SIGTERM)

    def _check_code(self, code: Path) -> None:
        """The commit's package is what the children import, not an installed one."""
        command = [sys.executable, "-c", "import kb_pipeline; print(kb_pipeline.__file__)"]
        found = subprocess.run(command, env=self._environment, cwd=self._root, check=True, capture_output=True, text=True)
        if not Path(found.stdout.strip()).is_relative_to(code):
            raise RuntimeError(f"the children would import {found.stdout.strip()}, not the code in {code}")


def build(commit: str, folder: Path) -> Path:
    """Tell the story at `commit`; the archive's path."""
    with TemporaryDirectory() as temporary, ScriptedModel() as model:
        root, code = Path(temporary) / "site", Path(temporary) / "code"
        root.mkdir()
        _extract(commit, code)
        site = OldSite(root, code, model.url)
        keys, responses = tell(site)
        answers = [[*question, answer(response)] for question, response in zip(QUESTIONS, responses, strict=True)]
        held = contents(site.kb, site.home)
        _tidy(site.home)
        archive, about = folder / f"{commit}.tar.xz", folder / f"{commit}.json"
        with tarfile.open(archive, "w:xz", preset=9) as tar:
            for part in PARTS:
                tar.add(root / part, part, filter=_anonymous)
    report = {"commit": commit, "passwords": PASSWORDS, "keys": keys, "contents": held, "answers": answers}
    about.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return archive


def _extract(commit: str, code: Path) -> None:
    """The package as it was at `commit`; nothing of the repository changes."""
    packed = subprocess.run(["git", "archive", commit, "kb_pipeline"], cwd=HERE.parents[1], check=True, capture_output=True)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
        tar.extractall(code, filter="data")


def _wait_until_ready(client: httpx.Client) -> None:
    """The API says its address a moment before it listens, and has its embedder later still."""
    until = time.monotonic() + _API_SECONDS
    while time.monotonic() < until:
        with suppress(httpx.ConnectError):
            if client.get("/readyz").status_code == 200:
                return
        time.sleep(0.2)
    raise TimeoutError(f"the API was not ready after {_API_SECONDS:.0f} s")


def _tidy(home: Path) -> None:
    """One file for the database, as small as it can be; no locks, no logs."""
    with closing(sqlite3.connect(home / "kb.sqlite3")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for left in (*home.rglob("*.lock"), *home.glob("kb.sqlite3-*")):
        left.unlink()


def _anonymous(item: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nobody's: no name, number or rights of whoever built it."""
    item.uid = item.gid = 0
    item.uname = item.gname = ""
    item.mode = 0o755 if item.isdir() else 0o644
    return item


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.homes.build", description=str(__doc__).splitlines()[0])
    parser.add_argument("--commit", required=True, help="whose code builds the home, and the name of the files")
    parser.add_argument("--folder", type=Path, default=HERE, help="where the two files go (default: beside this one)")
    options = parser.parse_args()
    made = build(options.commit, options.folder)
    print(f"{made}: {made.stat().st_size:,} bytes")
