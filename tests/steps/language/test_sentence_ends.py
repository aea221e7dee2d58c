"""Sentences end where a reader says they do, in scripts with and without stops."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.steps.language.sentence_ends import LONGEST, sentence_spans


def split(text: str) -> list[str]:
    return [text[a:b] for a, b in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["It takes 3.5 days.", "Really?", "Yes!", "Wait... what?"],
        ["Mr. Smith of Acme Inc. paid $4.99.", "See v2.4.6.", "Then go to www.a.example/x.", "Done…", "End."],
        ["Use it, e.g. Monday, i.e. soon.", "Press No. 5 etc.", "The U.S. Market is open."],
        ["1. Open the app.", "J. Doe helps."],
        ["He said “Stop. Go.”", "(It works. Really.)", "Fine."],
        ["Write {first name. Last} or <Your. Name>.", "Pay 5 GB now."],
        ["Am 3. Oktober ist z.B. Feiertag.", "Am Montag nicht."],
        ["¿Cómo devuelvo un artículo?", "Llame a la Sra. López."],
        ["您可以退款。", "请在7天内申请！", "他说：“好。”", "结束"],
        ["注文しました。", "届きません。"],
        ["คุณสามารถขอคืนเงินได้ภายใน 7 วัน", "หากสินค้าเสียหาย โปรดติดต่อเรา", "เราจะตอบกลับภายใน 24 ชั่วโมง"],
        ["กดปุ่ม (ตั้งค่า แล้วเลือก บัญชี) เพื่อดำเนินการต่อ"],
    ],
)
def test_sentences_of_a_text(sentences: list[str]) -> None:
    apart = "" if "。" in sentences[0] else " "
    assert split(apart.join(sentences)) == sentences


def test_a_code_span_is_never_cut() -> None:
    text = "Run a. B now. Then stop."
    assert [text[a:b] for a, b in sentence_spans(text, atoms=[(4, 8)])] == ["Run a. B now.", "Then stop."]


@pytest.mark.parametrize("text", ["word " * 500, "ราคา" * 400, "退款，" * 400, "x" * 1500, "(" + "a. B " * 300 + ")"])
def test_what_is_too_long_is_cut_and_nothing_is_lost(text: str) -> None:
    pieces = split(text)
    assert all(len(piece) <= LONGEST for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


PIECES = [*'aB1.?! \n()[]{}“”"%s,<>:/…', "คืน", "เงิน", " ได้ ", "。", "退款", "e.g.", "http://a"]


@given(st.lists(st.sampled_from(PIECES), max_size=80).map("".join))
def test_every_character_is_in_exactly_one_sentence_in_order(text: str) -> None:
    spans = sentence_spans(text)
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())
