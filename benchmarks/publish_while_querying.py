"""Publishing and rolling back under load: whether every answer is whole, whether any fails, and how soon a flip is seen.

A real API process, clients with kept-alive connections, and a publisher in a process of its own. Every answer is held against
the manifest of the one release that it names. Prints a table on stderr and one JSON object on stdout.
"""

import argparse
import json
import multiprocessing
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import httpx

from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.bootstrap import build_publisher, open_accounts, open_store
from kb_pipeline.cli.system.programs import free_port
from kb_pipeline.domain.changes import Change, ChangeKind, Decision, Relation, RelationKind, RiskTier, Verdict
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, entry_id
from kb_pipeline.domain.releases import Release, release_id
from kb_pipeline.settings import Settings

MARKET = "en-US"
ENTRIES, CHANGED = 40, 8  # of a release; of them, how many each publication says anew
SETTLE = 2.0  # seconds that a release stays live at least, so that each flip can be seen
ROOT = Path(__file__).parent.parent
THINGS = ("parcel", "refund", "voucher", "wallet", "locker", "invoice", "seller", "password", "address", "warranty")


def question(n: int) -> str:
    """The question of entry `n`; it never changes, so that its vector is made once."""
    return f"What about {THINGS[n % len(THINGS)]} case {n}?"


def approve(store: SqlStore, n: int, version: int) -> None:
    """Let entry `n` say its `version`."""
    id_ = entry_id(MARKET, f"entry {n}")
    standing = store.approved_text(id_)
    text = FaqText(question=question(n), answer=f"Case {n} of {THINGS[n % len(THINGS)]}: version {version}.")
    change = Change(
        market=MARKET,
        entry_id=id_,
        kind=ChangeKind.UPDATE if standing else ChangeKind.ADD,
        revision=Revision(entry_id=id_, market=MARKET, language="en", text=text, provenance=Provenance(actor="benchmark")),
        base_revision_id=standing.id if standing else None,
        relation=Relation(kind=RelationKind.NEW),
        risk=RiskTier.LOW,
    )
    store.propose(change)
    store.decide(Decision(change_id=change.id, verdict=Verdict.APPROVE, actor="benchmark", seen_version=1))


def publish_all(settings: Settings, publishes: int, rollbacks: int, seconds: float, flips: "Queue[tuple[str, float]]") -> None:
    """The publisher's process: publications and rollbacks, spread over the time. It tells when each release went live."""
    store, publisher, began = open_store(settings), build_publisher(settings, MARKET), time.monotonic()
    total = publishes + rollbacks
    back = {round((n + 1) * total / (rollbacks + 1)) for n in range(rollbacks)}
    for step in range(total):
        time.sleep(max(SETTLE, began + seconds * (step + 0.5) / total - time.monotonic()))
        if step in back:
            release = publisher.rollback(None)
        else:
            if store.hold_of(MARKET):
                publisher.lift("the benchmark goes on")
            for n in random.Random(step).sample(range(ENTRIES), CHANGED):
                approve(store, n, step + 2)
            release = publisher.publish()
        flips.put((release.id, _time(release)))
    store.close()


@dataclass
class Tally:
    """What one client saw."""

    answers: list[tuple[float, str]] = field(default_factory=list)  # when it came, and the release that it named
    texts: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)  # release, entry, revision, answer
    failed: Counter[str] = field(default_factory=Counter)
    mixed: int = 0
    latencies: list[float] = field(default_factory=list)

    def take(self, answer: dict[str, Any]) -> None:
        """Note one answer."""
        self.answers.append((time.time(), answer["release"]))
        self.mixed += any(hit["release"] != answer["release"] for hit in answer["hits"])
        for hit in answer["hits"]:
            self.texts[hit["release"], hit["entry_id"], hit["revision"], f"{hit['question']}\n{hit['answer']}"] += 1


def ask_on(url: str, key: str, seed: int, stop: threading.Event) -> Tally:
    """One client: asks without a pause until it is stopped."""
    tally, chance = Tally(), random.Random(seed)
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
        while not stop.is_set():
            began = time.perf_counter()
            try:
                reply = http.post("/v1/search", json={"query": question(chance.randrange(ENTRIES)), "market": MARKET})
            except httpx.HTTPError as error:
                tally.failed[type(error).__name__] += 1
                continue
            tally.latencies.append(time.perf_counter() - began)
            if reply.is_success:
                tally.take(reply.json())
            else:
                tally.failed[str(reply.status_code)] += 1
    return tally


def run(home: Path, clients: int, seconds: float, publishes: int, rollbacks: int) -> dict[str, Any]:
    """The whole experiment in `home`; its figures."""
    settings = Settings(home=home, locales_dir=ROOT / "locales", rate_limit="1000000/second", embedding_threads=1)
    store = open_store(settings)
    for n in range(ENTRIES):
        approve(store, n, 1)
    first = build_publisher(settings, MARKET).publish()
    key, _ = open_accounts(store).add_key("benchmark", [MARKET], "benchmark")
    url, api = start_api(settings)
    stop, tallies = threading.Event(), list[Tally]()
    threads = [threading.Thread(target=lambda n=n: tallies.append(ask_on(url, key, n, stop))) for n in range(clients)]
    spawn = multiprocessing.get_context("spawn")
    flips: Queue[tuple[str, float]] = spawn.Queue()
    publisher = spawn.Process(target=publish_all, args=(settings, publishes, rollbacks, seconds, flips))
    try:
        publisher.start()
        for thread in threads:
            thread.start()
        began = time.monotonic()
        seen = [flips.get(timeout=seconds * 10 + 120) for _ in range(publishes + rollbacks)]
        time.sleep(max(2.5, began + seconds - time.monotonic()))
        lasted = time.monotonic() - began
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        publisher.join(30)
        publisher.kill()
        api.send_signal(signal.SIGTERM)
        code = api.wait(30)
    figures = check(store, tallies, [(first.id, _time(first)), *seen]) | {"api_exit_code": code}
    store.close()
    return {"clients": clients, "seconds": round(lasted, 1), "publishes": publishes, "rollbacks": rollbacks, **figures}


def start_api(settings: Settings) -> tuple[str, "subprocess.Popen[bytes]"]:
    """A real server process, ready."""
    port = free_port("127.0.0.1")
    command = [sys.executable, "-m", "kb_pipeline.api", "--port", str(port)]
    api = subprocess.Popen(command, env=os.environ | settings.environment(), cwd=ROOT)
    url, until = f"http://127.0.0.1:{port}", time.monotonic() + 120
    while not _answers(url):
        if api.poll() is not None or time.monotonic() > until:
            api.kill()
            raise SystemExit("the API did not get ready")
        time.sleep(0.2)
    return url, api


def check(store: SqlStore, tallies: list[Tally], flips: list[tuple[str, float]]) -> dict[str, Any]:
    """Hold every answer against the manifest of the release that it names, and each flip against the first answer after it."""
    truth: dict[str, dict[str, str]] = {}
    for release in {answer[0] for tally in tallies for answer in tally.texts}:
        market, _, number = release.partition("/r")
        truth[release] = {item.entry_id: item.revision_id for item in store.manifest(market, int(number))}
    texts = store.revisions([revision for items in truth.values() for revision in items.values()])
    foreign = 0
    for answer, times in sum((tally.texts for tally in tallies), Counter[tuple[str, str, str, str]]()).items():
        release, entry, revision, text = answer
        whole = truth[release].get(entry) == revision and _shown(texts[revision].text) == text
        foreign += 0 if whole else times
    answers = sorted(answer for tally in tallies for answer in tally.answers)
    waits, stale = follow(answers, flips)
    latencies = sorted(value for tally in tallies for value in tally.latencies)
    failed = dict(sum((tally.failed for tally in tallies), Counter[str]()))
    return {
        "requests": len(latencies),
        "releases_seen": len(truth),
        "flips": len(flips) - 1,
        "flips_seen": len(waits),
        "failed": sum(failed.values()),
        "failures": failed,
        "mixed": sum(tally.mixed for tally in tallies) + foreign,
        "seen_after_p50_s": round(statistics.median(waits), 3) if waits else None,
        "seen_after_max_s": round(max(waits), 3) if waits else None,
        "last_old_answer_max_s": round(max(stale), 3) if stale else None,
        "latency_p50_ms": round(latencies[len(latencies) // 2] * 1000, 1),
        "latency_p99_ms": round(latencies[len(latencies) * 99 // 100] * 1000, 1),
    }


def follow(answers: list[tuple[float, str]], flips: list[tuple[str, float]]) -> tuple[list[float], list[float]]:
    """For each flip: seconds until the first answer of the new release, and until the last one of the old."""
    waits, stale = [], []
    for (old, _), (new, at), (_, following) in zip(flips[:-1], flips[1:], [*flips[2:], ("", time.time())], strict=True):
        between = [(when, release) for when, release in answers if at <= when < following]
        waits += [when - at for when, release in between if release == new][:1]
        stale += [when - at for when, release in between if release == old][-1:]
    return waits, stale


def _shown(text: FaqText) -> str:
    return f"{text.question}\n{text.answer}"


def _time(release: Release) -> float:
    if release.live_at is None:
        raise SystemExit(f"{release_id(release.market, release.number)} is not live: {release.reason}")
    return release.live_at.timestamp()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def main() -> int:
    """Run it; 1 when an answer failed or was mixed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--publishes", type=int, default=10)
    parser.add_argument("--rollbacks", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        figures = run(Path(home), options.clients, options.seconds, options.publishes, options.rollbacks)
    show: Callable[[str], object] = sys.stderr.write
    for name, value in figures.items():
        show(f"{name:24}{value}\n")
    print(json.dumps(figures))
    return 1 if figures["failed"] or figures["mixed"] else 0


if __name__ == "__main__":
    sys.exit(main())
