"""The term rules: what is demanded, what is forbidden, and what excuses it."""

from datetime import date

import pytest

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.markets import Conventions, Market, Term, TermStatus, UiString
from kb_pipeline.steps.checks import RULES, Subject

PREFERRED, ADMITTED, FORBIDDEN, KEEP = TermStatus


def term(source: str, target: str, status: TermStatus = PREFERRED, lang: str = "en") -> Term:
    return Term(source=source, target=target, status=status, source_lang=lang)


def label(key: str, source: str, target: str) -> UiString:
    return UiString(key=key, source=source, target=target, source_lang="en")


TERMS = (
    term("order", "คำสั่งซื้อ"), term("order", "สั่งซื้อ", ADMITTED), term("order", "ออเดอร์", FORBIDDEN),
    term("card", "บัตร"), term("credit card", "บัตรเครดิต"), term("COD", "เก็บเงินปลายทาง"),
    term("voucher", "โค้ดส่วนลด"), term("voucher", "บัตรกำนัล", FORBIDDEN), term("gift certificate", "บัตรกำนัล"),
    term("tap", "แตะ"), term("tap", "คลิก", FORBIDDEN), term("link", "คลิกลิงก์"),
    term("coins", "เหรียญ"), term("Marigold Coins", "Marigold Coins", KEEP, ""), term("", "ครับ", FORBIDDEN, ""),
)  # fmt: skip
LABELS = (label("a", "Orders", "รายการของฉัน"), label("b", "New", "สร้าง"), label("c", "New", "ใหม่"))
THAI = Market(
    tag="th-TH", name="T", language_name="Thai", conventions=Conventions(currency="THB"), terms=TERMS, ui_strings=LABELS,
    fingerprint="same",
)  # fmt: skip
GERMAN = Market(
    tag="de-DE", name="D", language_name="German", conventions=Conventions(currency="EUR"), fingerprint="same",
    terms=(term("order", "Bestellung"), term("refund", "Rückerstattung"), term("refund", "Refund", FORBIDDEN)),
)  # fmt: skip
JAPANESE = Market(
    tag="ja-JP", name="J", language_name="Japanese", conventions=Conventions(currency="JPY"), fingerprint="same",
    terms=(term("order", "注文"), term("cancel", "キャンセル"), term("order", "オーダー", FORBIDDEN)),
)  # fmt: skip


def found(rule: str, source: str, target: str, market: Market = THAI) -> list[Finding]:
    subject = Subject(
        source=FaqText(question="", answer=source),
        target=FaqText(question="", answer=target),
        source_language="en",
        market=market,
        day=date(2025, 7, 1),
    )
    return list(next(r for r in RULES if r.id == rule)(subject))


@pytest.mark.parametrize(
    ("market", "source", "target", "fires"),
    [
        (THAI, "You ordered it.", "คุณสั่งซื้อแล้ว", False),
        (THAI, "You ordered it.", "คุณเลือกแล้ว", True),
        (THAI, "Pay by credit card.", "จ่ายด้วยบัตรเครดิต", False),
        (THAI, "Pay by credit card.", "จ่ายด้วยบัตร", True),
        (THAI, "Pay by COD.", "จ่ายทันที", True),
        (THAI, "Fresh cod.", "ปลา", False),
        (THAI, "Open **Orders**.", "เปิด **รายการของฉัน**", False),  # the label's rule decides
        (THAI, "Open **Orders** for your order.", "เปิด **รายการของฉัน**", True),
        (THAI, "Use Marigold Coins.", "ใช้ Marigold Coins", False),  # the name claims its coins
        (THAI, "See https://a.co/order now.", "ดู https://a.co/order", False),
        (GERMAN, "Two orders", "Zwei Bestellungen", False),
        (GERMAN, "Two orders", "Zwei Sammelbestellungen", False),
        (GERMAN, "Two orders", "Zwei Aufträge", True),
        (JAPANESE, "Cancel the order.", "注文をキャンセルします。", False),
        (JAPANESE, "Cancel the order.", "注文番号をキャンセルします。", False),
        (JAPANESE, "Cancel the order.", "注文を取り消します。", True),
    ],
)
def test_a_term_of_the_source_is_rendered_as_the_term_base_says(
    market: Market, source: str, target: str, *, fires: bool
) -> None:
    assert bool(found("term-missing", source, target, market)) is fires


@pytest.mark.parametrize(
    ("market", "source", "target", "words"),
    [
        (THAI, "Your order", "ออเดอร์ของคุณ", ["ออเดอร์"]),
        (THAI, "Your item", "ออเดอร์ของคุณ", []),
        (THAI, "Your voucher", "บัตรกำนัลของคุณ", ["บัตรกำนัล"]),
        (THAI, "A voucher is no gift certificate.", "โค้ดส่วนลดไม่ใช่บัตรกำนัล", []),  # it is wanted for the other term
        (THAI, "Tap the link.", "แตะคลิกลิงก์", []),  # inside a longer rendering that is allowed
        (THAI, "Tap it.", "คลิก ที่นี่", ["คลิก"]),
        (THAI, "Anything", "ได้ครับ", ["ครับ"]),
        (GERMAN, "Your refund", "Ihr Refund", ["Refund"]),
        (JAPANESE, "Your order", "オーダーを確認", ["オーダー"]),
        (JAPANESE, "Your order", "オーダーメイドを確認", []),  # one run of katakana is one word
    ],
)
def test_a_forbidden_word_is_shown_where_it_stands(market: Market, source: str, target: str, words: list[str]) -> None:
    assert [target[f.start : f.end] for f in found("term-forbidden", source, target, market)] == words


@pytest.mark.parametrize(
    ("source", "target", "fires"),
    [
        ("Use Marigold Coins.", "ใช้ Marigold Coins", False),
        ("Use Marigold Coins.", "ใช้Marigold Coinsได้", False),
        ("Use Marigold Coins.", "ใช้ marigold coins", True),
        ("Use Marigold Coins.", "ใช้เหรียญ", True),
        ("Use marigold coins of gold.", "ใช้เหรียญ", False),
    ],
)
def test_a_name_stays_letter_by_letter(source: str, target: str, *, fires: bool) -> None:
    assert bool(found("do-not-translate", source, target)) is fires


@pytest.mark.parametrize(("target", "fires"), [("แตะ **สร้าง**", False), ("แตะ **ใหม่**", False), ("แตะ **เพิ่ม**", True)])
def test_a_label_may_have_several_live_renderings(target: str, *, fires: bool) -> None:
    findings = found("ui-label", "Tap **New**", target)
    assert bool(findings) is fires
    assert all("'สร้าง' (or ใหม่)" in f.message for f in findings)


def test_a_copy_of_a_pack_with_other_terms_is_judged_by_its_own() -> None:
    other = THAI.model_copy(update={"terms": (term("order", "ใบสั่ง"),)})
    assert found("term-missing", "Your order", "คำสั่งซื้อ") == []
    assert len(found("term-missing", "Your order", "คำสั่งซื้อ", other)) == 1
