"""Measures the rule `meaning-drift` on professional English-Thai translations against four kinds of wrong targets.

Wrong targets: a block of another article (other), the nearest block of the same article (near), the first half of the
right one (half), the right one without a sentence (dropped). Articles fall into two halves by a hash of their path: a
statistic's threshold is the lower 0.5% of the true pairs of one half, the table is about the other.
"""

import argparse
import hashlib
import json
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.models.vectors_in_process import InProcessVectors
from kb_pipeline.adapters.packs.files import load_market
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.ports.models import Embedder
from kb_pipeline.services.language.drift import Drift
from kb_pipeline.settings import Settings
from kb_pipeline.steps.checks import meaning
from kb_pipeline.steps.language.sentence_ends import sentence_spans

WRONG = ("other", "near", "half", "dropped")
FALSE_ALARMS = 0.005
SHORTEST = 40  # characters of a source block
LETTERS = 12  # of a sentence; shorter pieces (list numbers, labels) go with their neighbour


@dataclass(frozen=True)
class Pair:
    """A source with a target; `kind` is `true` or one of `WRONG`."""

    kind: str
    source: str
    target: str
    calibrates: bool


class Bench:
    """The statistics of a pair: low for a wrong one."""

    def __init__(self, embedder: Embedder, drift: Drift) -> None:
        self._embedder = embedder
        self._drift = drift

    def statistics(self, *, by_sentences: bool) -> dict[str, Callable[[Pair], float]]:
        """Name -> statistic; the first is the rule's."""
        whole: dict[str, Callable[[Pair], float]] = {"centred cosine (the rule)": self.centred, "plain cosine": self.plain}
        parts = {"worst sentence": self.worst_sentence, "gain of leaving a part out": self.gain}
        return whole | (parts if by_sentences else {})

    def centred(self, pair: Pair) -> float:
        """What `Draft.similarity` is."""
        source, target = (FaqText(question="", answer=text) for text in (pair.source, pair.target))
        return self._drift.similarity(source, target, "en") or 0.0

    def plain(self, pair: Pair) -> float:
        """Cosine of the texts."""
        one, other = self._vectors([f"\n{pair.source}", f"\n{pair.target}"])  # as centred has them cached
        return float(one @ other)

    def worst_sentence(self, pair: Pair) -> float:
        """The lowest of the source's sentences' best cosines among the target's."""
        cosines = self._vectors(sentences(pair.source)) @ self._vectors(sentences(pair.target)).T
        return float(cosines.max(axis=1).min())

    def gain(self, pair: Pair) -> float:
        """By how much the target is nearer to the whole source than to the source without its nearest-to-spare part."""
        pieces = sentences(pair.source)
        parts = [half(pair.source), *(without(pieces, n) for n in range(len(pieces)) if len(pieces) > 1)]
        cosines = self._vectors([pair.source, *parts]) @ self._vectors([pair.target])[0]
        return float(cosines[0] - cosines[1:].max())

    def _vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return self._embedder.embed(texts, "passage")


def sentences(text: str) -> list[str]:
    """The sentences of a text, pieces without letters joined to the one before."""
    found: list[str] = []
    for start, end in sentence_spans(text):
        piece = text[start:end]
        if found and min(sum(map(str.isalpha, piece)), sum(map(str.isalpha, found[-1]))) < LETTERS:
            found[-1] += f" {piece}"
        else:
            found.append(piece)
    return found


def half(text: str) -> str:
    """The first half of a text, to the last space in it."""
    cut = text.rfind(" ", len(text) // 4, len(text) // 2 + 1)
    return text[: cut if cut > 0 else len(text) // 2]


def without(pieces: Sequence[str], index: int) -> str:
    """A text without one of its sentences."""
    return "\n".join((*pieces[:index], *pieces[index + 1 :]))


def pairs(rows: Sequence[dict[str, str]], size: int, seed: int) -> Iterator[Pair]:
    """A sample of blocks, each with its right target and its wrong ones."""
    rng = random.Random(seed)
    prose = [row for row in rows if row["kind"] in {"para", "list", "note"} and len(row["en"]) >= SHORTEST]
    for row in rng.sample(prose, min(size, len(prose))):
        calibrates = hashlib.sha256(row["path"].encode()).digest()[0] % 2 == 0
        for kind, target in targets(row, prose, rng):
            yield Pair(kind, row["en"], target, calibrates)


def targets(row: dict[str, str], prose: Sequence[dict[str, str]], rng: random.Random) -> Iterator[tuple[str, str]]:
    """The right target and the wrong ones."""
    yield "true", row["th"]
    yield "other", rng.choice([o for o in prose if o["path"] != row["path"]])["th"]
    around = [o for o in prose if o["path"] == row["path"] and o["th"] != row["th"]]
    if around:
        yield "near", min(around, key=lambda o: abs(int(o["i"]) - int(row["i"])))["th"]
    yield "half", half(row["th"])
    pieces = sentences(row["th"])
    if len(pieces) > 1 and len(sentences(row["en"])) > 1:
        yield "dropped", without(pieces, rng.randrange(len(pieces)))


def area(true: npt.NDArray[np.float64], wrong: npt.NDArray[np.float64]) -> float:
    """The area under the ROC curve: how often a true pair is above a wrong one."""
    return float((true[:, None] > wrong).mean() + (true[:, None] == wrong).mean() / 2)


def report(name: str, values: dict[bool, dict[str, npt.NDArray[np.float64]]]) -> None:
    """Print a row of the table."""
    threshold, judged = float(np.quantile(values[True]["true"], FALSE_ALARMS)), values[False]
    cells = [f"{area(judged['true'], judged[kind]):.3f} / {(judged[kind] < threshold).mean():5.1%}" for kind in WRONG]
    print(f"| {name} | {threshold:.3f} | {(judged['true'] < threshold).mean():.1%} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Print a table per statistic, and what the rule's thresholds do on both halves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/parallel-en-th"), help="folder of segments.jsonl")
    parser.add_argument("--locales", type=Path, default=Path("locales"), help="folder of the packs")
    parser.add_argument("--market", default="th-TH", help="the pack whose labels give the centres (default th-TH)")
    parser.add_argument("--blocks", type=int, default=600, help="how many blocks (default 600)")
    parser.add_argument("--by-sentences", action="store_true", help="also the statistics by sentences, four times as slow")
    parser.add_argument("--seed", type=int, default=4, help="of the sample (default 4)")
    args = parser.parse_args()
    started, settings = time.perf_counter(), Settings()
    rows = [json.loads(line) for line in (args.data / "segments.jsonl").read_text(encoding="utf-8").splitlines()]
    embedder = SentenceTransformersEmbedder(settings.embedding_model, settings.model_dir, InProcessVectors(), 1)
    bench = Bench(embedder, Drift(embedder, load_market(args.locales, args.market)))
    sample = list(pairs(rows, args.blocks, args.seed))
    print("| statistic | threshold | false alarms |", *(f"{kind}: AUC / found |" for kind in WRONG))
    print("|---|---|---|---|---|---|---|")
    rule: dict[str, npt.NDArray[np.float64]] = {}
    for name, statistic in bench.statistics(by_sentences=args.by_sentences).items():
        scored = [(pair, statistic(pair)) for pair in sample]
        values = {
            side: {
                kind: np.array([v for p, v in scored if p.kind == kind and p.calibrates is side]) for kind in ("true", *WRONG)
            }
            for side in (True, False)
        }
        report(name, values)
        rule = rule or {kind: np.concatenate([values[side][kind] for side in (True, False)]) for kind in ("true", *WRONG)}
    for word, limit in (("major", meaning.DRIFTED), ("critical", meaning.ANOTHER_TEXT)):
        found = ", ".join(f"{kind} {(rule[kind] < limit).mean():.1%}" for kind in ("true", *WRONG))
        print(f"meaning-drift, {word} below {limit}: {found}")
    quantiles = ", ".join(f"{q:.1%} {np.quantile(rule['true'], q):.3f}" for q in (0.002, 0.005, 0.01, 0.05, 0.25, 0.5))
    print(f"true pairs: {quantiles}; {len(sample)} pairs in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
