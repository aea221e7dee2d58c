"""Lost marks are found by a table that is what its maker makes, wherever in a text its keys stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.steps.language.thai_marks import GRAM, TABLE, TOTAL, Repair, _keys, lost_marks
from kb_pipeline.steps.language.thai_marks_table import rows, word_counts


@pytest.mark.slow
def test_the_table_is_what_its_maker_makes_of_the_word_lists() -> None:
    assert "".join(f"{row}\n" for row in rows()) == TABLE.read_text(encoding="utf-8")


def test_the_total_is_what_the_corpus_counts() -> None:
    assert sum(word_counts().values()) == TOTAL


@pytest.mark.parametrize("before", ["", "x", "ab", "abc", "ค", "เปิด ", "เงิน🙂", "日本語 "])
@pytest.mark.parametrize(
    ("wrong", "form", "word"),
    [("แนะนาให้ลูกค้า", "แนะนา", "แนะนำ"), ("เนืองจากลูกค้า", "เนืองจาก", "เนื่องจาก"), ("ตองการคืนเงิน", "ตองการ", "ต้องการ")],
)
def test_a_form_without_its_mark_is_found_at_any_place(before, wrong, form, word) -> None:
    start = len(before)
    assert list(lost_marks(f"{before}{wrong}")) == [Repair(start, start + len(form), word)]


@pytest.mark.parametrize(
    "text",
    ["", "a", "ก", "Refund", "返金", "🙂🙂🙂🙂", "แนะนำให้ลูกค้าคืนสินค้า", "เปิดแอปใหม่", "แค่เปิดแอปใหม่เมื่อแอปค้าง", "ขอแน\nะนาให้"],
)
def test_nothing_is_found_where_nothing_is_lost(text) -> None:
    assert list(lost_marks(text)) == []


@given(st.binary(max_size=30))
def test_every_four_letters_in_a_row_are_among_the_keys(letters: bytes) -> None:
    cut = [letters[n : n + GRAM] for n in range(len(letters) - GRAM + 1)]
    assert {key for gram in cut for key in memoryview(gram).cast("I")} <= set(_keys(letters))
