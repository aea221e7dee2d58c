"""Chunks keep together what is read together, within the budget."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_pipeline.domain.articles import Article, Chunk, SentenceKind
from kb_pipeline.steps.parse.chunks import chunks, estimate_tokens
from kb_pipeline.steps.parse.sentences import sentences


def words(text: str) -> int:
    return len(text.split())


def cut(body: str, budget: int) -> tuple[Chunk, ...]:
    article = Article(id="a", language="en", title="T", body=body, path="a.md", content_hash="0")
    return chunks(article, sentences(article), budget, words)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("# A\n\nOne here. Two here.\n\n## B\n\nThree here.", [["One here.", "Two here."], ["Three here."]]),
        ("# ก\n\nข้อความหนึ่ง\n\n## ข\n\nข้อความสอง", [["ข้อความหนึ่ง"], ["ข้อความสอง"]]),
        ("## Same\n\nOne.\n\n## Same\n\nTwo.", [["One."], ["Two."]]),
        ("# A\n\n## B\n", []),
        ("One two three four five six. Next one is here.", [["One two three four five six."], ["Next one is here."]]),
    ],
)
def test_a_chunk_is_a_run_under_one_heading(body: str, expected: list[list[str]]) -> None:
    assert [[s.text for s in chunk.sentences] for chunk in cut(body, 9)] == expected


def test_a_list_stays_with_its_lead_in() -> None:
    found = cut("First some words here now.\n\nYou need:\n\n- a box\n- a label\n- tape\n", 14)
    assert [[s.text for s in c.sentences] for c in found] == [
        ["First some words here now."],
        ["You need:", "a box", "a label", "tape"],
    ]


def test_a_table_stays_together_and_names_its_columns() -> None:
    found = cut("Some words come first here.\n\n| วิธี | Time |\n|---|---|\n| วอลเล็ต | 1 day |\n| Card | 2 days |\n", 16)
    assert [c.text.split("\n")[1:] for c in found] == [
        ["Some words come first here."],
        ["วิธี: วอลเล็ต; Time: 1 day", "วิธี: Card; Time: 2 days"],
    ]


def test_a_table_that_fits_nowhere_is_broken_between_rows() -> None:
    rows = "".join(f"| row {n} | is here |\n" for n in range(6))
    found = cut(f"| A | B |\n|---|---|\n{rows}", 16)
    assert [len(c.sentences) for c in found] == [2, 2, 2]


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from(["# A", "## B", "A sentence. Another one here.", "- item\n- more", "```\ncode\n```"]), max_size=12)
)
def test_every_citable_sentence_is_in_exactly_one_chunk_in_order(blocks: list[str]) -> None:
    article = Article(id="a", language="en", title="T", body="\n\n".join(blocks), path="a.md", content_hash="0")
    found = sentences(article)
    cut = chunks(article, found, 8, words)
    assert [s for c in cut for s in c.sentences] == [s for s in found if s.is_citable]
    assert all(c.tokens <= 8 or len(c.sentences) == 1 for c in cut)
    assert all(s.heading_path == c.heading_path and s.kind is not SentenceKind.HEADING for c in cut for s in c.sentences)


@pytest.mark.parametrize(
    ("text", "least", "most"), [("You can return it within 7 days.", 7, 11), ("คืนได้ภายใน 7 วัน", 5, 13), ("", 0, 0)]
)
def test_tokens_are_estimated_offline(text: str, least: int, most: int) -> None:
    assert least <= estimate_tokens(text) <= most
