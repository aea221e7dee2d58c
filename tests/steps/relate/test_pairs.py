"""Labelled pairs of entries of a shop, in four languages, written before anything was tuned; every third is kept back.

Nobody whose first language is Thai, Japanese or German has read them. Looked at without vectors: what is found to differ. With
vectors they are measured by `benchmarks/relations.py`.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.steps.relate.compared import ComparedEntry
from kb_pipeline.steps.relate.discrepancies import of_answers, of_questions

ROWS = [json.loads(line) for line in (Path(__file__).parent / "pairs.jsonl").read_text("utf-8").splitlines()]
NOTHING = np.zeros((1, 1), np.float32)
KEPT_BACK = [row for number, row in enumerate(ROWS) if number % 3 == 2]
TUNED_ON = [row for number, row in enumerate(ROWS) if number % 3 != 2]


def differ(row: dict) -> bool:
    """Whether anything is found in which the two differ."""
    one, other = (
        ComparedEntry(side, None, row["language"], FaqText.model_validate(row[side]), NOTHING, NOTHING[0])
        for side in ("one", "other")
    )
    return bool(of_questions(one, other) or of_answers(one, other))


@pytest.mark.parametrize("language", ["en", "th", "ja", "de"])
def test_no_pair_that_differs_or_contradicts_is_taken_for_the_same(language: str) -> None:
    pairs = [row for row in ROWS if row["language"] == language and row["label"] in ("differs", "contradicts")]
    assert len(pairs) == 81
    assert [row["id"] for row in pairs if not differ(row)] == []


@pytest.mark.parametrize("language", ["en", "th", "ja", "de"])
@pytest.mark.parametrize(("rows", "least"), [(TUNED_ON, 0.85), (KEPT_BACK, 0.25)], ids=["tuned on", "kept back"])
def test_paraphrases_are_taken_for_the_same(language: str, rows: list, least: float) -> None:
    pairs = [row for row in rows if row["language"] == language and row["label"] == "duplicate"]
    assert sum(not differ(row) for row in pairs) >= least * len(pairs)
