"""Random faults of a model's endpoint over a whole knowledge base: what is lost, what it costs, when all is done.

    python benchmarks/model_faults.py [--articles 500] [--share 0.3] [--seed 1] [--resumes 3]

A local endpoint answers by a script, and spoils a share of all requests with a fault taken by chance from those of
`tests/faults/faults.py` that pass: no unusable endpoint, no valid reply that says something else. Runs follow one another
until nothing is left; the last one must pay for nothing. Exit code 1 where a figure misses its target.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.models.vectors_in_process import InProcessVectors
from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.services.draft.run import run_pipeline
from kb_pipeline.settings import Settings
from tests.faults import server
from tests.faults.desks import desks, pipeline_at, right_text, script, write_articles
from tests.faults.faults import FAULTS, STOPS, Fault

ROOT = Path(__file__).parent.parent
MARKET = "th-TH"
DEARER = 1.6  # calls, as a multiple of those that a run without faults makes
PASSING = tuple(f for f in FAULTS if f not in STOPS and not f.is_doubtful)


@dataclass
class Chance:
    """Which request is spoilt, and how: repeatable, whatever the order of the requests."""

    share: float
    seed: int

    def __post_init__(self) -> None:
        self._asked = dict[str, int]()
        self._lock = threading.Lock()

    def fault(self, body: dict[str, Any]) -> Fault | None:
        """The fault of a request, or None. The same request has another chance each time."""
        asked = str(body["messages"])
        with self._lock:
            n = self._asked[asked] = self._asked.get(asked, 0) + 1
        chance = random.Random(f"{self.seed} {n} {asked}")
        if chance.random() >= self.share:
            return None
        return chance.choice(PASSING)


def measure(folder: Path, articles: int, chance: Chance, resumes: int) -> bool:
    """Run until nothing fails, once more, and print what each run did. Whether every figure is as it should be."""
    names, thai, total = desks(articles), load_market(ROOT / "locales", MARKET), 0
    write_articles(folder / "source", names)
    embedder = SentenceTransformersEmbedder("embedded", Settings().model_dir, InProcessVectors(), 2)
    with server.serve(server.Endpoint(script)) as endpoint:
        endpoint.choose = chance.fault
        for run in range(resumes + 2):
            endpoint.calls, started = 0, time.monotonic()
            with pipeline_at(endpoint.url, folder, thai, embedder, timeout=1.0, deadline=30.0) as pipeline:
                report = run_pipeline(pipeline)
                waiting = [change.revision for change in pipeline.store.changes(MARKET) if change.revision]
                open_, resting = (
                    [item for item in pipeline.store.failed_items() if item.rests == rests] for rests in (False, True)
                )
            texts = {revision.text.question.split()[1]: revision.text.answer for revision in waiting}
            wrong = sum(text != right_text(name) for name, text in texts.items())
            total += endpoint.calls
            print(
                f"run {run}: {endpoint.calls} calls, {len(report.failures)} failed, {len(texts)} staged, {wrong} wrongly, "
                f"{len(resting)} rest, {time.monotonic() - started:.0f} s",
                flush=True,
            )
            if not open_ and run and not endpoint.calls:
                break
    lost = articles - len(texts) - len(resting)
    dearer = total / (2 * articles)
    faults = f"{sum(endpoint.sent.values())} faults of {len(endpoint.sent)} kinds"
    print(f"{faults}; lost {lost}, wrongly staged {wrong}, calls x {dearer:.2f}")
    return not lost and not wrong and not open_ and not endpoint.calls and dearer <= DEARER


def main() -> None:
    """Measure, in a folder that is thrown away."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=500)
    options.add_argument("--share", type=float, default=0.3)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--resumes", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="kb-faults-") as folder:
        fine = measure(Path(folder), given.articles, Chance(given.share, given.seed), given.resumes)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
