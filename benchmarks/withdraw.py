"""Withdrawing, measured: how soon a running API is silent, what following it costs, and what the gate of a release costs.

A real API process and a real `kb entry withdraw`, process for process. Rows of the gate: questions of clinc150 (CC BY 3.0), one
answer per intent. Prints a table on stderr and one JSON object on stdout.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from import_entries import rows_of
from publish_while_querying import MARKET, ROOT, approve, question, start_api

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.bootstrap import build_publisher, open_accounts, open_embedder, open_store
from kb_pipeline.domain.changes import Change, ChangeKind, Decision, Relation, RelationKind, RiskTier, Verdict
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, entry_id
from kb_pipeline.domain.releases import ReleaseReport
from kb_pipeline.settings import Settings

ENTRIES = 40  # in the release that is asked
POLLS = 200


def silence(home: Path, times: int) -> dict[str, Any]:
    """Withdraw and restore an entry so many times while a client asks for it without a pause."""
    settings = Settings(home=home, locales_dir=ROOT / "locales", rate_limit="1000000/second", embedding_threads=1)
    store = open_store(settings)
    for n in range(ENTRIES):
        approve(store, n, 1)
    build_publisher(settings, MARKET, store=store).publish()
    key, _ = open_accounts(store).add_key("benchmark", [MARKET], "benchmark")
    url, api = start_api(settings)
    asked = {"query": question(0), "market": MARKET, "fallback": False}
    commands, after, whole = list[float](), list[float](), list[float]()
    try:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
            for _ in range(times):
                began, done = time.monotonic(), threading.Event()
                command = threading.Thread(target=_run, args=(settings, "withdraw", done))
                command.start()
                last, returned = began, None
                while (hits := http.post("/v1/search", json=asked).json()["hits"]) and hits[0]["entry_id"] == _id(0):
                    last = time.monotonic()
                    returned = returned or (last if done.is_set() else None)
                silent = time.monotonic()
                command.join()
                commands.append((returned or silent) - began)
                after.append(max(0.0, silent - (returned or silent)))
                whole.append(silent - began)
                _run(settings, "restore", threading.Event())
                while http.post("/v1/search", json=asked).json()["hits"][0]["entry_id"] != _id(0):
                    time.sleep(0.05)
    finally:
        api.send_signal(signal.SIGTERM)
        api.wait(30)
        store.close()
    return {
        "withdrawals": times,
        "command_to_silence_p50_s": round(statistics.median(whole), 3),
        "command_to_silence_max_s": round(max(whole), 3),
        "command_p50_s": round(statistics.median(commands), 3),
        "end_of_command_to_silence_max_s": round(max(after), 3),
    }


def _run(settings: Settings, word: str, done: threading.Event) -> None:
    command = [sys.executable, "-m", "kb_pipeline.cli", "entry", word, _id(0), "--reason", "benchmark", "--json"]
    subprocess.run(command, env=os.environ | settings.environment(), cwd=ROOT, check=True, capture_output=True)
    done.set()


def _id(n: int) -> str:
    return entry_id(MARKET, f"entry {n}")


def poll(home: Path, sizes: list[int]) -> dict[str, Any]:
    """Milliseconds of reading the pointer, and of reading what is withdrawn, when so many texts are."""
    store, figures = open_store(Settings(home=home, locales_dir=ROOT / "locales")), dict[str, Any]()
    figures["pointer_ms"] = _milliseconds(store.live_numbers)
    done = 0
    for size in sizes:
        for n in range(done, size):
            approve(store, n, 1)
            store.withdraw_entry(_id(n), "benchmark", "benchmark")
        done = size
        figures[f"withdrawn_{size}_ms"] = _milliseconds(store.withdrawn_revisions)
    store.close()
    return figures


def gate(home: Path, data: Path, size: int) -> dict[str, Any]:
    """Seconds of planning and beginning a release of so many entries when one is new, and of comparing all of them."""
    settings = Settings(home=home, locales_dir=ROOT / "locales")
    store = open_store(settings)
    rows, _ = rows_of(data, size + 1, 0)
    for row in rows[:size]:
        _approve_row(store, row)
    publisher = replace(build_publisher(settings, MARKET, store=store), embedder=open_embedder(settings, store))
    publisher.plan()  # embeds all
    first = _seconds(publisher.plan)
    release = publisher.begin()
    if release is None:
        raise SystemExit("there is nothing to release")
    store.end_verification(MARKET, release.number, ReleaseReport(entries=size, texts=size))
    store.go_live(MARKET, release.number, "benchmark", None)
    same = _seconds(publisher.plan)
    _approve_row(store, rows[size])
    began = time.perf_counter()
    publisher.begin()
    cold = time.perf_counter() - began
    figures = {"entries": size, "compare_all_s": first, "nothing_new_s": same, "begin_one_new_s": round(cold, 3)}
    figures["plan_one_new_s"] = _seconds(publisher.plan)
    store.close()
    return figures


def _approve_row(store: SqlStore, row: dict[str, str]) -> None:
    id_ = entry_id(MARKET, row["question"])
    text = FaqText(question=row["question"], answer=row["answer"].split("; ")[1])  # without the days: nothing contradicts
    change = Change(
        market=MARKET,
        entry_id=id_,
        kind=ChangeKind.ADD,
        revision=Revision(entry_id=id_, market=MARKET, language="en", text=text, provenance=Provenance(actor="benchmark")),
        relation=Relation(kind=RelationKind.NEW),
        risk=RiskTier.LOW,
    )
    store.propose(change)
    store.decide(Decision(change_id=change.id, verdict=Verdict.APPROVE, actor="benchmark", seen_version=1))


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return round(time.perf_counter() - began, 3)


def _milliseconds(act: Callable[[], object]) -> float:
    act()
    began = time.perf_counter()
    for _ in range(POLLS):
        act()
    return round((time.perf_counter() - began) / POLLS * 1000, 3)


def main() -> None:
    """Run the three; print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--withdrawn", type=int, nargs="*", default=[0, 100, 1000])
    options = parser.parse_args()
    figures = dict[str, Any]()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for part in (
            lambda: silence(root / "silence", options.times),
            lambda: poll(root / "poll", options.withdrawn),
            lambda: gate(root / "gate", options.data, options.size),
        ):
            measured = part()
            figures |= measured
            sys.stderr.write("".join(f"{name:32}{value}\n" for name, value in measured.items()))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
