"""How well the relations tell the same question from a like one, on labelled pairs and on look-alikes, and how fast.

Prints what is decided of our own labelled pairs (tests/steps/relate/pairs.jsonl), those kept back apart; for the English
question pairs the AUC of the cosine and what is taken for one question; how many titles of templated articles would be merged;
every decision on Thai FAQs; and the time, memory and recall of comparing many made-up entries, a part of them new.
"""

import argparse
import csv
import hashlib
import json
import random
import re
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.adapters.store_sql import SqlStore
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.ports.models import TextRole
from kb_pipeline.services.relate.compared import EntryText, compared
from kb_pipeline.services.relate.comparisons import compare_market, text_id
from kb_pipeline.settings import Settings
from kb_pipeline.steps.relate.compared import ComparedEntry
from kb_pipeline.steps.relate.decision import decide, thresholds_of
from kb_pipeline.steps.relate.relations import compare_texts, relate, settle

_BEGINNINGS = "barcordulfengorhaljinkellommarnoppirqua"  # of invented goods
Floats = npt.NDArray[np.float64]


class Memory:
    """A vector store for one run."""

    def __init__(self) -> None:
        self._rows: dict[str, npt.NDArray[np.float32]] = {}

    def find_vectors(self, embedder: str, role: str, hashes: Sequence[str]) -> Mapping[str, npt.NDArray[np.float32]]:
        """The known vectors."""
        return {key: self._rows[key] for key in hashes if key in self._rows}

    def save_vectors(self, embedder: str, role: str, vectors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Keep vectors."""
        self._rows |= vectors


def candidates(embedder: SentenceTransformersEmbedder, texts: Sequence[FaqText], language: str = "en") -> list[ComparedEntry]:
    """A candidate for each text, by its place."""
    questions = embedder.embed([text.question for text in texts], "query")
    answers = embedder.embed([text.answer or text.question for text in texts], "passage")
    return [ComparedEntry(str(n), None, language, text, questions[n : n + 1], answers[n]) for n, text in enumerate(texts)]


def auc(scores: Floats, labels: npt.NDArray[np.bool_]) -> float:
    """Area under the ROC curve."""
    positive, negative = scores[labels][:, None], scores[~labels]
    return float((positive > negative).mean() + 0.5 * (positive == negative).mean())


def quality(scores: Floats, labels: npt.NDArray[np.bool_], threshold: float) -> tuple[float, float, float]:
    """Precision, recall, F1 at a threshold."""
    chosen = scores >= threshold
    hits = float((chosen & labels).sum())
    precision, recall = hits / max(1, chosen.sum()), hits / labels.sum()
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def own_pairs(embedder: SentenceTransformersEmbedder, path: Path) -> None:
    """Our own pairs by language and label: what they are taken for."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for name, part in (("tuned on", lambda n: n % 3 != 2), ("kept back", lambda n: n % 3 == 2)):
        for language in dict.fromkeys(row["language"] for row in rows):
            found = Counter[tuple[str, str]]()
            for row in (row for n, row in enumerate(rows) if part(n) and row["language"] == language):
                sides = [FaqText.model_validate(row[side]) for side in ("one", "other")]
                one, other = candidates(embedder, sides, language)
                found[row["label"], decide(compare_texts(one, other), thresholds_of(language)).value] += 1
            print(f"{name} {language}:", "; ".join(f"{label} -> {kind} {n}" for (label, kind), n in sorted(found.items())))


def question_pairs(embedder: SentenceTransformersEmbedder, path: Path) -> None:
    """Labelled question pairs, without answers."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    made = candidates(embedder, [FaqText(question=row[key], answer="") for row in rows for key in ("question_1", "question_2")])
    compared = [compare_texts(made[2 * n], made[2 * n + 1]) for n in range(len(rows))]
    labels = np.array([row["similar"] == "1" for row in rows])
    cosines = np.array([each.question for each in compared])
    limits = thresholds_of("en")
    best = max((quality(cosines, labels, t)[2], t) for t in np.unique(cosines))
    print(f"cosine of questions: AUC {auc(cosines, labels):.3f}, best F1 {best[0]:.3f} at {best[1]:.3f}")
    for name, chosen in (
        ("one question", [each.one_question and each.question >= limits.same for each in compared]),
        ("like", [each.question >= limits.like for each in compared]),
    ):
        precision, recall, f1 = quality(np.array(chosen, float), labels, 1.0)
        print(f"{name}: precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}")


def look_alikes(embedder: SentenceTransformersEmbedder, folder: Path) -> None:
    """Titles of articles written after one template: no two of them are the same."""
    texts = []
    for path in sorted(folder.glob("*.md")):
        content = path.read_text(encoding="utf-8")
        title = re.search(r"^title: ['\"]?(.*?)['\"]?$", content, re.MULTILINE)
        body = content.split("\n---\n", 1)[-1].strip()
        if title:
            named = re.sub(r"^[A-Z]+-[0-9]+( patch)?: ", "", title[1])
            texts.append(FaqText(question=named, answer=re.split(r"\n\s*\n", body)[1][:600]))
    result = relate(candidates(embedder, texts), [])
    kinds = Counter(relation.kind.value for relation in result.values())
    print(f"{len(texts)} templated titles without their numbers: {dict(kinds)}")
    for key, relation in result.items():
        if relation.kind.value in ("duplicate", "contradictory"):
            print("   ", relation.kind.value, relation.scores, relation.guards)
            print("      ", texts[int(key)].question, "|", texts[int(relation.twin_id or 0)].question)


def thai_faqs(embedder: SentenceTransformersEmbedder, path: Path) -> None:
    """Every decision but new on real Thai FAQs, to be read."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    made = candidates(embedder, [FaqText(question=row["th_question"], answer=row["th_answer_md"][:2000]) for row in rows], "th")
    found = relate(made, [])
    print(f"{len(rows)} Thai FAQs:", dict(Counter(relation.kind.value for relation in found.values())))
    for key, relation in found.items():
        if relation.twin_id:
            print("   ", relation.kind.value, relation.scores, relation.guards)
            print("      ", made[int(key)].text.question, "|", made[int(relation.twin_id)].text.question)


class MadeUp:
    """An embedder of made-up vectors: each word has a place, and all texts share one, as those of e5 do."""

    fingerprint = "made up"
    _SHARED = 1.9  # so that two questions have a cosine of .85 (p50), .91 (p99), as real ones

    def __init__(self) -> None:
        self._words: dict[str, npt.NDArray[np.float32]] = {}

    def embed(self, texts: Sequence[str], role: TextRole) -> npt.NDArray[np.float32]:
        """A vector for each text."""
        shared = self._SHARED * self._word("")
        rows = np.array([shared + sum(self._word(word) for word in text.split()[-4:]) / 2 for text in texts], np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    def _word(self, word: str) -> npt.NDArray[np.float32]:
        if word not in self._words:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
            self._words[word] = (np.random.default_rng(seed).standard_normal(384) / 384**0.5).astype(np.float32)
        return self._words[word]


def made_up(size: int) -> dict[str, EntryText]:
    """Texts of a shop with invented goods, no two the same."""
    random.seed(3)
    goods = [f"{a}{b}" for a in re.findall("...", _BEGINNINGS) for b in re.findall("..", "tanerisolumiko")]
    verbs = ["cancel", "return", "exchange", "pay", "track", "collect", "delete", "change", "add", "verify"]
    texts = dict[str, EntryText]()
    while len(texts) < size:
        verb, one, other, number = random.choice(verbs), random.choice(goods), random.choice(goods), random.randrange(60)
        text = FaqText(question=f"How do I {verb} the {one} {other}{number}?", answer=f"Open {one} and wait {number} days.")
        entry = EntryText(f"e{len(texts)}", None, "en-US", text)
        texts[text_id(entry)] = entry
    return texts


def scale(size: int, share: float) -> None:
    """Comparing `size` texts of which `share` are new, with a store on disk; then again with nothing new."""
    texts = made_up(size)
    standing = dict(list(texts.items())[: int(size * (1 - share))])
    with tempfile.TemporaryDirectory() as folder:
        store, embedder = SqlStore(f"sqlite:///{folder}/kb.db"), MadeUp()
        for name, part in (("all new", standing), (f"{share:.0%} new", texts), ("nothing new", texts)):
            wall, processor = time.perf_counter(), time.process_time()
            found = compare_market("en-US", part, store, embedder)
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            pairs = sum(map(len, found.values())) // 2
            print(f"{len(part)} texts, {name}: {processor:.1f} s of processor, {wall:.1f} s, {pairs} pairs, peak {peak:.0f} MB")
        store.close()


def recall(size: int) -> None:
    """The decisions of comparing each of `size` made-up texts with those that the index names, and with all before it."""
    texts, embedder = list(made_up(size).values()), MadeUp()
    made = compared(texts, embedder)
    quick, limits = relate(made, []), thresholds_of("en")
    related = same = 0
    vectors = np.vstack([each.question_vectors for each in made])
    for n, one in enumerate(made):
        cosines = vectors[:n] @ one.question_vectors[0]
        near = [made[place] for place in range(n) if cosines[place] >= limits.like or made[place].asked_for == one.asked_for]
        full = settle([(each.id, compare_texts(one, each)) for each in near], None, {}, limits)
        related += full.kind.value != "new"
        same += full.kind.value != "new" and full.kind is quick[one.id].kind
    print(f"{size} texts: {same} of {related} relations are those of the comparison with all")


def main() -> None:
    """Read the data, compare, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--size", type=int, default=20_000, help="made-up texts; 0 leaves them out")
    parser.add_argument("--share", type=float, default=0.1, help="of them that are new")
    options = parser.parse_args()
    if options.size:
        scale(options.size, options.share)
        recall(min(options.size, 5000))
    embedder = SentenceTransformersEmbedder("embedded", Settings().model_dir, Memory(), 2)
    own_pairs(embedder, Path(__file__).parents[1] / "tests" / "steps" / "relate" / "pairs.jsonl")
    question_pairs(embedder, options.data / "faq-covid-en" / "eval_question_similarity_en.csv")
    look_alikes(embedder, options.data / "articles-en-templated")
    thai_faqs(embedder, next((options.data / "faq-th").glob("*.jsonl")))


if __name__ == "__main__":
    main()
