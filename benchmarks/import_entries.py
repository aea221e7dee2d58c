"""Measures `kb import` with relations, and the judging of one edit on saving beside so many entries.

Rows: questions of clinc150 (CC BY 3.0), one answer per intent with a number of days of its own. Planted: rows asked as an
earlier row is, with a question mark or a polite word more, whose answer has another number of days. Prints the time, the
memory, the contradictions found among the planted, those among the others, and the milliseconds of judging an edit.
"""

import argparse
import json
import random
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from kb_pipeline.bootstrap import open_assessor, open_embedder, open_markets, open_store
from kb_pipeline.cli.display import RichProgress
from kb_pipeline.services.review.import_entries import Importer
from kb_pipeline.settings import Settings

OTHERWISE = ("Please, {}", "{} please", "{}?", "hi, {}", "so {}")


def rows_of(data: Path, size: int, planted: int) -> tuple[list[dict[str, str]], set[int]]:
    """The rows, and the places of the planted ones."""
    found = json.loads((data / "intents-en" / "clinc150" / "data_full.json").read_text("utf-8"))
    random.seed(5)
    asked = [(question, intent) for part in ("train", "val", "test") for question, intent in found[part]]
    asked = list({question.lower(): (question, intent) for question, intent in asked}.values())
    random.shuffle(asked)
    days = {intent: 3 + 2 * place for place, intent in enumerate(sorted({intent for _, intent in asked}))}

    def answer(intent: str, number: int) -> str:
        subject = intent.replace("_", " ")
        return f"For {subject} we need {number} days; open the page {subject} to see how far it is."

    rows = [{"question": q, "answer": answer(intent, days[intent])} for q, intent in asked[: size - planted]]
    places = set[int]()
    for question, intent in random.sample(asked[: size - planted], planted):
        places.add(len(rows))
        changed = random.choice(OTHERWISE).format(question)
        rows.append({"question": changed, "answer": answer(intent, days[intent] + 1)})
    return rows, places


def main() -> None:
    """Import, then judge edits; print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--planted", type=int, default=200)
    parser.add_argument("--edits", type=int, default=20)
    options = parser.parse_args()
    rows, planted = rows_of(options.data, options.size, options.planted)
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        store, (market,), day = open_store(settings), open_markets(settings, ["en-US"]), datetime.now(UTC).date()
        importer = Importer(store, open_embedder(settings, store), market, day, propose=True)
        before, began = _peak(), time.perf_counter()
        result = importer.run(enumerate(rows), RichProgress(), len(rows))
        seconds = time.perf_counter() - began
        marked = {row.line for row in result.contradictions}
        speed, peak = len(rows) / seconds, _peak()
        print(f"{len(rows)} rows in {seconds:.0f} s ({speed:.0f}/s), peak {peak:.0f} MB (before {before:.0f} MB)")
        print(f"relations {result.relations}, rejected {len(result.rejected)}")
        print(f"contradictions: {len(marked & planted)} of {len(planted)} planted, {len(marked - planted)} of the others")
        assessor, changes = open_assessor(settings, store, [market]), store.changes("en-US")[: options.edits]
        began = time.perf_counter()
        assessor.warm()
        print(f"warm in {time.perf_counter() - began:.1f} s")
        times = []
        for change in changes:
            text = change.revision.text.model_copy(update={"answer": f"{change.revision.text.answer} Ask us."})  # type: ignore[union-attr]
            began = time.perf_counter()
            assessor.assess(change, text)
            times.append(1000 * (time.perf_counter() - began))
        print(f"an edit judged on saving: p50 {statistics.median(times):.0f} ms, worst {max(times):.0f} ms of {len(times)}")
        store.close()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
