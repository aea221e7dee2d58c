"""What is found by meaning and by words becomes one ranking, with a confidence that can be trusted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.index import Found
from kb_pipeline.steps.serve.ranking import confidence, coverage, lead_of, plain, rank, search_words

THAI = FaqText(question="คืนสินค้าได้ภายในกี่วัน", answer="คืนได้ภายใน **15 วัน**")
ENGLISH = FaqText(
    question="How long is the return window?", answer="You can return items within **15 days**.", phrasings=("Refund?",)
)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("How do I cancel my cancelled orders, cancel?", "en-US", ("cancel", "cancel", "order", "cancel")),
        ("ฉันจะยกเลิกคำสั่งซื้อ Orders ได้ไหม", "th-TH", ("ยกเลิก", "สั่งซื้อ", "order", "ไหม")),
        ("How to cancel คำสั่งซื้อ", "th-TH", ("cancel", "สั่งซื้อ")),
        ("如何申请退款", "zh-CN", ("申请", "退款")),
        ("", "th-TH", ()),
    ],
)
def test_search_words_carry_meaning_in_the_order_of_the_text(text, language, words):
    assert search_words(text, language) == words


def test_both_encodings_of_sara_am_are_the_same_word():
    assert search_words("จำนวนเงิน", "th-TH") == search_words("จ\u0e4d\u0e32นวนเงิน", "th-TH")


def found(**scores: float) -> list[Found]:
    return [Found(entry_id=id_, score=score) for id_, score in scores.items()]


def test_an_entry_counts_once_by_its_best_text_and_words_in_common_lift_it():
    dense = [*found(a=0.90, b=0.89), Found(entry_id="a", score=0.7)]
    assert [r.entry_id for r in rank(dense, [])] == ["a", "b"]
    ranked = rank(dense, found(b=10.0))
    assert [(r.entry_id, r.dense, r.lexical) for r in ranked] == [("b", 0.89, 10.0), ("a", 0.90, 0.0)]


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.floats(0.7, 1.0)),
    st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 30)),
)
def test_words_never_take_away_what_was_found_by_meaning(dense, lexical):
    ranked = rank(found(**dense), found(**lexical))
    assert {r.entry_id for r in ranked} == dense.keys() | lexical.keys()
    assert [r.fused for r in ranked] == sorted((r.fused for r in ranked), reverse=True)
    assert all(lead_of(r, ranked) <= 0 for r in ranked[1:])


def test_the_lead_is_over_the_best_other_entry():
    ranked = rank(found(a=0.9, b=0.8, c=0.7), [])
    assert [round(lead_of(r, ranked), 6) for r in ranked] == [0.1, -0.1, -0.2]
    assert lead_of(ranked[0], ranked[:1]) == 0, "alone, it leads nobody"


@pytest.mark.parametrize(
    ("question", "language", "text", "share"),
    [
        ("return window", "en-US", ENGLISH, 1.0),
        ("return shoes", "en-US", ENGLISH, 0.5),
        ("refund 15 day", "en-US", ENGLISH, 1.0),
        ("how are you", "en-US", ENGLISH, 0.0),
        ("คืนสินค้า 15 วัน", "th-TH", THAI, 1.0),
        ("คืนสินค้าได้ภายในกี่วัน", "en-US", ENGLISH, None),
        ("return window", "th-TH", THAI, None),
    ],
)
def test_coverage_is_the_share_of_the_questions_words_that_the_entry_has(question, language, text, share):
    assert coverage(question, language, text) == share


@given(st.floats(-1, 1), st.floats(-1, 1), st.none() | st.floats(0, 1))
def test_confidence_is_a_probability_that_grows_with_the_evidence(dense, lead, shared):
    sure = confidence(dense, lead, shared)
    assert 0 <= sure <= 1
    assert confidence(dense + 0.01, lead, shared) >= sure
    assert confidence(dense, lead + 0.01, shared) >= sure
    assert shared is None or confidence(dense, lead, shared + 0.1) >= sure


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Return **most items** within [15 days](https://shop.example).", "Return most items within 15 days."),
        ("คืน **สินค้า** ได้ `ORD-1`\n\nภายใน 15 วัน", "คืน สินค้า ได้ ORD-1\nภายใน 15 วัน"),
        ("1. Open **Me > Orders**\n2. Tap *Return*\n   - choose one", "1. Open Me > Orders\n2. Tap Return\n- choose one"),
        ("3. สาม\n4. สี่", "3. สาม\n4. สี่"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("Two<br>lines <b>here</b> &amp; there", "Two\nlines here & there"),
        ("# Title\n\n> quoted\n\n```\ncode  here\n```", "Title\nquoted\ncode  here"),
        ("<div>Hi <b>you</b></div>", "Hi you"),
        ("{name} 5 < 6", "{name} 5 < 6"),
        ("", ""),
    ],
)
def test_plain_is_what_a_reader_sees(markdown, text):
    assert plain(markdown) == text
