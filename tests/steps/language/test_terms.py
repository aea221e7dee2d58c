"""A term is met where its words are, in every form of them, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.steps.language.inflection import english_forms
from kb_pipeline.steps.language.terms import Lexicon, is_rendered, labels_in, longest, occurrences, occurs
from kb_pipeline.steps.language.words import fold


@pytest.mark.parametrize(
    ("term", "text", "language"),
    [
        ("order", "Your orders, ordered today, are ordering themselves: an order's fate.", "en"),
        ("cancel", "It was canceled.", "en"),
        ("cancel", "It was cancelled.", "en"),
        ("ship", "We shipped it.", "en"),
        ("tap", "Keep tapping.", "en"),
        ("reply", "She replies.", "en"),
        ("exchange", "Exchanging is free.", "en"),
        ("buy", "You bought it.", "en"),
        ("place an order", "after placing an order", "en"),
        ("pick-up point", "the pickup points", "en"),
        ("pick-up point", "a pick up point", "en"),
        ("e-mail", "by email", "en"),
        ("email", "by e-mail", "en"),
        ("cash on delivery", "**Cash** on\ndelivery", "en"),
        ("return", "**return** it", "en"),
        ("return", "_return_ it", "en"),
        ("COD", "Is COD possible?", "en"),
        ("PIN", "Two PINs", "en"),
        ("driver's license", "a driver’s license", "en"),
        ("บัตร", "ใช้บัตรของคุณ", "th"),
        ("น้ำหนัก", "น\u0e49\u0e4d\u0e32หนักของพัสดุ", "th"),
        ("น\u0e4d\u0e49\u0e32หนัก", "น้ำหนักของพัสดุ", "th"),
        ("น้ำหนัก", "น\u0e49\u0e4d\u200b\u0e32หนักของพัสดุ", "th"),
        ("รหัส OTP", "กรอกรหัสOTPที่ได้รับ", "th"),
        ("Wi-Fi", "ใช้Wi-Fiได้", "th"),
        ("退款", "申请退款需要三天", "zh-CN"),
        ("注文", "注文をキャンセルする", "ja"),
        ("キャンセル", "注文をキャンセルする", "ja"),
        ("キャンセル", "ｷｬﾝｾﾙできます", "ja"),
        ("取り消し", "取り消しを依頼", "ja"),
        ("Bestellung", "Ihre Bestellungen", "de"),
        ("Bestellung", "eine Sammelbestellung", "de"),
        ("Kauf", "Ihre Käufe", "de"),
        ("stornieren", "Sie haben storniert.", "de"),
        ("kaufen", "Sie haben es gekauft.", "de"),
        ("Konto", "die Kontos", "de"),
        ("Gut", "alle Güter", "de"),
        ("Buch", "die Bücher", "de"),
        ("Rückgabe beantragen", "eine Rückgabe beantragt", "de"),
        ("mobile phone", "Mobile\u00a0phones", "en"),
        ("parcel", "par\u00adcel", "en"),
    ],
)
def test_a_term_is_met_in_all_its_forms(term: str, text: str, language: str) -> None:
    assert occurs(term, text, language)


@pytest.mark.parametrize(
    ("term", "text", "language"),
    [
        ("cart", "a cartoon", "en"),
        ("order", "the border", "en"),
        ("tap", "a tape", "en"),
        ("COD", "fresh cod", "en"),
        ("order", "see https://shop.example/order/1 or my_order or `order`", "en"),
        ("order", "Hello {order}", "en"),
        ("return", "[here](/return)", "en"),
        ("บัตร", "ใช้บัตรเครดิต", "th"),
        ("ตา", "ตามนั้น", "th"),
        ("国", "中国人", "zh-CN"),
        ("注", "注文する", "ja"),
        ("Kunde", "eine Sekunde", "de"),
        ("Rabatt", "das Kabarett", "de"),
        ("", "anything", "en"),
    ],
)
def test_a_term_is_not_met_inside_other_words(term: str, text: str, language: str) -> None:
    assert not occurs(term, text, language)


@pytest.mark.parametrize("language", ["en", "de", "th", "ja"])
def test_a_term_of_nothing_that_is_seen_is_met_nowhere(language: str) -> None:
    assert not any(occurs(term, "a b \u00ad\u200b", language) for term in ("", " ", "\u00ad", "\u200b\u2060"))


def test_longer_terms_go_first_and_nothing_overlaps() -> None:
    lexicon = Lexicon(("card", "credit card", "card number", "COD"), "en")
    text = "The credit card number of your card; COD costs more."
    hits = lexicon.find(text)
    assert [(h.term, text[h.start : h.end]) for h in longest(hits)] == [
        ("credit card", "credit card"), ("card", "card"), ("COD", "COD"),
    ]  # fmt: skip
    assert [h.term for h in hits] == ["credit card", "card number", "card", "card", "COD"]


def test_in_thai_the_compound_claims_its_part() -> None:
    text = "บัตรเครดิตและบัตรอื่น"
    hits = longest(Lexicon(("บัตร", "บัตรเครดิต"), "th").find(text))
    assert [text[h.start : h.end] for h in hits] == ["บัตรเครดิต", "บัตร"]


def test_a_name_is_met_as_it_is_written_only() -> None:
    lexicon = Lexicon((), "en", names=("Marigold Coins",))
    assert [h.term for h in lexicon.find("Use Marigold Coins.")] == ["Marigold Coins"]
    assert lexicon.find("Use marigold coins or Marigold Coin.") == ()
    assert lexicon.find("Marigold Coinsได้") != ()


def test_spans_are_of_the_text_as_given_also_where_it_was_folded() -> None:
    text = "จำกัด\u200bน\u0e4d\u0e49\u0e32หนัก ＣＯＤ"
    (start, end), *_ = occurrences("น้ำหนัก", text, "th")
    assert text[start:end] == "น\u0e4d\u0e49\u0e32หนัก"
    assert [text[a:b] for a, b in occurrences("COD", text, "th")] == ["ＣＯＤ"]


@pytest.mark.parametrize(
    ("target", "text", "language", "used"),
    [
        ("สั่งซื้อ", "การสั่งซื้อของคุณ", "th", True),
        ("บัตร", "ใช้บัตรเครดิต", "th", True),
        ("ลา", "เวลานั้น", "th", True),  # segmenters cannot tell: it ends where a word ends
        ("วล", "เวลานั้น", "th", False),
        ("cell phone", "two cell phones", "en-US", True),
        ("gas", "gasoline", "en-US", False),
        ("Bestellung", "Bestellübersicht", "de-DE", True),  # the first part of a compound may lose its ending
        ("Bestellung", "Sie bestellten", "de-DE", False),
    ],
)
def test_a_rendering_may_be_part_of_a_compound(target: str, text: str, language: str, *, used: bool) -> None:
    assert is_rendered(target, text, language) is used


@pytest.mark.parametrize(
    ("text", "language", "named"),
    [
        ("First tap Orders, then Track parcel.", "en", ("Orders", "Track parcel")),
        ("Orders arrive within 3 days.", "en", ()),
        ("Your orders arrive. Orders are safe.", "en", ()),
        ("How To Track Your Orders Today", "en", ()),
        ("- Orders\n- tap Orders", "en", ("Orders",)),
        ("Tippen Sie auf Orders", "de", ()),
        ("แตะ Orders แล้วเลือก", "th", ("Orders",)),
    ],
)
def test_labels_are_named_without_marks_by_their_capitals(text: str, language: str, named: tuple[str, ...]) -> None:
    assert labels_in(text, ("Orders", "Track parcel", "track"), language) == named


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("cancel", {"cancel", "cancels", "canceled", "cancelled", "canceling", "cancelling"}),
        ("reply", {"reply", "replies", "replied", "replying"}),
        ("pay", {"pay", "pays", "paid", "paying"}),
        ("dispatch", {"dispatch", "dispatches", "dispatched", "dispatching"}),
        ("tie", {"tie", "ties", "tied", "tying"}),
        ("ไลฟ์", {"ไลฟ์"}),
    ],
)
def test_forms_of_english_words(word: str, forms: set[str]) -> None:
    assert forms == set(english_forms(word))


_TEXT = st.text(alphabet="aBcd -_*กาแำ\u0e4d\u0e49\u0e32ｶﾞ\u200bİ中あア.１", max_size=40)


@given(_TEXT)
def test_folding_keeps_every_place(text: str) -> None:
    folded = fold(text)
    if folded.starts is not None and folded.ends is not None:
        assert len(folded.text) == len(folded.starts) == len(folded.ends)
        assert list(folded.starts) == sorted(folded.starts)
        assert all(0 <= a < b <= len(text) for a, b in zip(folded.starts, folded.ends, strict=True))
    assert fold(folded.text).text == folded.text


@given(_TEXT, st.sampled_from(["th", "ja", "en", "de", "zh"]))
def test_every_text_is_found_in_itself_between_spaces(text: str, language: str) -> None:
    term = "".join(c for c in text if c.isalpha() and c.isascii())
    if len(term) > 1:
        assert occurs(term, f"x {term} y", language)
    for start, end in occurrences(term, text, language):
        assert 0 <= start < end <= len(text)
