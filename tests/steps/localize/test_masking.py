import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.steps.localize.masking import mask

PIECES = (
    "[[1]]",
    "[2]",
    "{3}",
    "`kb run`",
    "https://shop.example/help?a=1",
    "help@shop.example",
    "{name}",
    "%s",
    "{{ x }}",
    "<0>",
)
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from("[]{}`()1๑１ .\n"), st.text(max_size=6)), max_size=12).map(
    "".join
)


def answer(text):
    return FaqText(question="Q?", answer=text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Type `kb run` now.", "Type [[1]] now."),
        ("See [Help](https://shop.example/help) today.", "See [Help]([[1]]) today."),
        ("Write to help@shop.example.", "Write to [[1]]."),
        ("สวัสดี {name} รหัสคือ %s", "สวัสดี [[1]] รหัสคือ [[2]]"),
        ("{name}, call [phone number], {name}!", "[[1]], call [[2]], [[1]]!"),
        ("<0>注文</0>を確認", "[[1]]注文[[2]]を確認"),
        ("Schreiben Sie {{ code }} in 7 Tagen.", "Schreiben Sie [[1]] in 7 Tagen."),
        ("Pay $4.99 for **Me > Orders** in 7 days.", "Pay $4.99 for **Me > Orders** in 7 days."),
        ("A note [1] is no mark.", "A note [[1]] is no mark."),
    ],
)
def test_code_links_addresses_and_placeholders_are_hidden_and_nothing_else(text, shown):
    masked = mask(answer(text), "en")
    assert masked.text.answer == shown
    assert masked.restored(masked.text) == answer(text)


@pytest.mark.parametrize("garbled", ["[[1]]", "[1]", "[[ 1 ]]", "【1】", "［［1］］", "⟦1⟧", "[[๑]]", "{{1}}", "[1]]"])
def test_a_mark_that_a_model_garbled_a_little_is_read(garbled):
    masked = mask(answer("Write to help@shop.example."), "en")
    assert masked.restore(f"เขียนถึง {garbled} ได้") == "เขียนถึง help@shop.example ได้"


@given(texts, texts)
def test_what_was_masked_and_restored_is_the_same_to_the_letter(one, other):
    text = FaqText(question=one, answer=other, phrasings=(other, one))
    masked = mask(text, "th")
    assert masked.restored(masked.text) == text


def test_an_approved_text_hides_the_same_pieces_behind_the_same_marks():
    masked = mask(answer("Ask help@shop.example about {name}."), "en")
    assert masked.hide("ถาม {name} ที่ help@shop.example") == "ถาม [[2]] ที่ [[1]]"
    assert mask(answer("No piece."), "en").hide("ไม่มี") == "ไม่มี"
