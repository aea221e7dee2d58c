"""How well the relations tell the same question from a like one, on labelled pairs and on look-alikes.

Prints, for the English question pairs, AUC and best F1 of the cosine and of the combined score and the precision and recall
at the thresholds in force; for titles of templated articles, how many pairs would be merged; how far unrelated answers are
alike; and the time that relating a large batch takes.
"""

import argparse
import csv
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kb_pipeline.adapters.models.embedder_sentence_transformers import SentenceTransformersEmbedder
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.settings import Settings
from kb_pipeline.steps.relate.index import EntryIndex
from kb_pipeline.steps.relate.relations import (
    LIKE_QUESTION,
    SAME_ANSWER,
    SAME_QUESTION,
    ComparedEntry,
    relate,
    scores_of,
)

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


def candidates(embedder: SentenceTransformersEmbedder, texts: Sequence[FaqText]) -> list[ComparedEntry]:
    """A candidate for each text, by its place."""
    questions = embedder.embed([text.question for text in texts], "query")
    answers = embedder.embed([text.answer or text.question for text in texts], "passage")
    return [ComparedEntry(str(n), None, "en", text, questions[n : n + 1], answers[n]) for n, text in enumerate(texts)]


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


def question_pairs(embedder: SentenceTransformersEmbedder, path: Path) -> None:
    """Labelled question pairs."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    made = candidates(embedder, [FaqText(question=row[key], answer="") for row in rows for key in ("question_1", "question_2")])
    index = EntryIndex()
    index.learn(made)
    rarity = index.rarity
    scored = [scores_of(made[2 * n], made[2 * n + 1], rarity) for n in range(len(rows))]
    labels = np.array([row["similar"] == "1" for row in rows])
    for name in ("question", "words", "match"):
        scores = np.array([each[name] for each in scored])
        best = max((quality(scores, labels, t)[2], t) for t in np.unique(scores))
        print(f"{name:9} AUC {auc(scores, labels):.3f}  best F1 {best[0]:.3f} at {best[1]:.3f}")
    match = np.array([each["match"] for each in scored])
    for name, threshold in (("SAME_QUESTION", SAME_QUESTION), ("LIKE_QUESTION", LIKE_QUESTION)):
        precision, recall, f1 = quality(match, labels, threshold)
        print(f"{name} {threshold}: precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}")


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


def answers(embedder: SentenceTransformersEmbedder, path: Path) -> None:
    """How alike unrelated answers of one subject are."""
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["lang"] == "en"]
    vectors = embedder.embed(sorted({row["answer"][:600] for row in rows}), "passage")
    cosines = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    shares = {q: round(float(np.quantile(cosines, q)), 3) for q in (0.5, 0.9, 0.99, 0.999)}
    print(f"{len(vectors)} answers, cosine of unrelated pairs by quantile: {shares} (SAME_ANSWER {SAME_ANSWER})")


def speed(size: int) -> None:
    """Relating a batch of `size` made-up texts with random vectors."""
    random = np.random.default_rng(7)
    vectors = random.standard_normal((size, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [FaqText(question=f"How do I w{n % 997} the x{n % 613} and y{n}?", answer=f"Answer {n}.") for n in range(size)]
    batch = [ComparedEntry(str(n), None, "en", text, vectors[n : n + 1], vectors[n]) for n, text in enumerate(texts)]
    began = time.perf_counter()
    relate(batch, [])
    print(f"{size} candidates related in {time.perf_counter() - began:.1f} s")


def main() -> None:
    """Read the data, compare, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--size", type=int, default=2000, help="texts of the timed batch")
    options = parser.parse_args()
    embedder = SentenceTransformersEmbedder("embedded", Settings().model_dir, Memory(), 2)
    question_pairs(embedder, options.data / "faq-covid-en" / "eval_question_similarity_en.csv")
    answers(embedder, options.data / "faq-covid-en" / "faq_covidbert.csv")
    look_alikes(embedder, options.data / "articles-en-templated")
    speed(options.size)


if __name__ == "__main__":
    main()
