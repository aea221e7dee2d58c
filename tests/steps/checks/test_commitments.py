"""A negation that is lost or put in turns a policy round; what translators render freely is no fault."""

import pytest

from kb_pipeline.domain.findings import Severity
from tests.steps.checks.subjects import GERMAN, JAPANESE, THAI, found

CHINESE = JAPANESE.model_copy(update={"tag": "zh-CN", "language_name": "Chinese"})


@pytest.mark.parametrize(
    ("source", "target", "market"),
    [
        ("You cannot cancel a paid order.", "คุณยกเลิกคำสั่งซื้อที่ชำระแล้วได้", None),
        ("Don't share the code.", "แชร์รหัสได้", None),
        ("You cannot cancel a paid order.", "Sie können eine bezahlte Bestellung stornieren.", GERMAN),
        ("You cannot cancel a paid order.", "支払い済みの注文はキャンセルできます。", JAPANESE),
    ],
)
def test_a_denial_that_becomes_a_promise_is_critical(source, target, market) -> None:
    (wrong,) = found("polarity", source, target, market) if market else found("polarity", source, target)
    assert wrong.severity is Severity.CRITICAL


def test_one_of_two_negations_lost_is_major() -> None:
    source = "You cannot cancel a paid order. You also cannot change its address after it was sent."
    target = "คุณไม่สามารถยกเลิกคำสั่งซื้อที่ชำระแล้ว และเปลี่ยนที่อยู่ได้หลังจากจัดส่ง"
    assert [f.severity for f in found("polarity", source, target)] == [Severity.MAJOR]


def test_a_negation_at_the_other_end_is_another_one() -> None:
    source = "You cannot pay by card. Choose the wallet, which is quick and is on your phone, and pay with it at once."
    target = "คุณจ่ายด้วยบัตรได้ เลือกกระเป๋าเงินซึ่งรวดเร็วและอยู่ในโทรศัพท์ของคุณ แล้วจ่ายเงินได้ทันทีโดยไม่รอ"
    assert found("polarity", source, target)


def test_a_negation_put_in_is_found() -> None:
    assert found("polarity", "You can cancel the order in the app.", "คุณไม่สามารถยกเลิกคำสั่งซื้อในแอปได้")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Open the unpaid order.", "เปิดคำสั่งซื้อที่ชำระเงิน"),
        ("This is a non-refundable item.", "นี่คือสินค้าที่คืนเงินได้"),
        ("| Unused coupons | They stay in the wallet. |\n| --- | --- |", "| คูปองที่ใช้ | คูปองจะอยู่ในกระเป๋าเงิน |\n| --- | --- |"),
    ],
)
def test_a_negative_word_that_has_become_its_opposite_is_found(source: str, target: str) -> None:
    assert [f.severity for f in found("polarity", source, target)] == [Severity.MAJOR]


def test_a_button_that_says_no_is_a_negation() -> None:
    source = "If you choose **No**, the parcel cannot be opened."
    assert found("polarity", source, "หากเลือก **ไม่** จะเปิดพัสดุได้")
    assert found("polarity", source, "หากเลือก **ไม่** จะเปิดพัสดุไม่ได้") == []


@pytest.mark.parametrize(
    ("source", "target", "market"),
    [
        ("Smoking is not allowed.", "Rauchen ist verboten.", GERMAN),
        ("You pay nothing.", "Sie zahlen nichts.", GERMAN),
        ("You don't need a receipt.", "レシートは不要です。", JAPANESE),
        ("You must enter the code.", "コードを入力しなければなりません。", JAPANESE),
        ("Delivery may take longer.", "配送に時間がかかるかもしれません。", JAPANESE),
    ],
)
def test_a_denial_is_said_in_each_language_own_way(source, target, market) -> None:
    assert found("polarity", source, target, market) == []


@pytest.mark.parametrize(
    ("source", "target", "market"),
    [
        ("Not only cash but also cards are accepted.", "Nicht nur Bargeld, sondern auch Karten werden akzeptiert.", GERMAN),
        ("Last but not least, check the address.", "Prüfen Sie nicht zuletzt die Adresse.", GERMAN),
        ("Not only cash but also cards are accepted.", "現金だけでなくカードも使えます。", JAPANESE),
        ("Wait not less than 3 days.", "少なくとも3日お待ちください。", JAPANESE),
        ("The refund arrives in no time.", "返金はまもなく届きます。", JAPANESE),
        ("Not only cash but also cards are accepted.", "ไม่เพียงแต่เงินสด แต่รับบัตรด้วย", THAI),
        ("Not only cash but also cards are accepted.", "不仅接受现金，还接受银行卡。", CHINESE),
        ("No matter where you live, it applies.", "无论您住在哪里都适用。", CHINESE),
        ("We never stop improving.", "我们不断改进。", CHINESE),
    ],
)
def test_a_set_phrase_is_said_with_the_other_language_s_set_phrase(source, target, market) -> None:
    assert found("polarity", source, target, market) == []


def test_a_set_phrase_hides_no_negation_that_was_lost() -> None:
    assert found("polarity", "You must not enter the code.", "コードを入力しなければなりません。", JAPANESE)
    assert found("polarity", "Not only cards: you cannot pay in cash.", "Nicht nur Karten: Sie können bar zahlen.", GERMAN)


def test_one_word_that_denies_stands_for_one_negation_only() -> None:
    source = "Smoking is not allowed. You cannot cancel it."
    assert found("polarity", source, "Rauchen ist verboten. Sie können stornieren.", GERMAN)


def test_languages_with_prefixes_of_their_own_need_no_negation_for_a_negative_word() -> None:
    assert found("polarity", "The code is invalid.", "Der Code ist ungültig.", GERMAN) == []
    assert found("polarity", "The code is invalid.", "コードは無効です。", JAPANESE) == []


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("You cannot cancel it.", "คุณยกเลิกไม่ได้"),
        ("The order is paid or unpaid.", "คำสั่งซื้อชำระเงินแล้วหรือไม่ได้ชำระ"),
        ("Unlink the card, which was unlocked.", "ยกเลิกการเชื่อมโยงบัตรที่ปลดล็อกแล้ว"),
        ("Open images/invalid_line.png", "Open images/invalid_line.png"),
        ("Set a not-to-exceed limit.", "กำหนดวงเงินที่ต้องไม่เกิน"),
        ("Can I cancel it?", "ยกเลิกได้หรือไม่"),
        ("The field is optional.", "ไม่บังคับ"),
        ("The code is invalid.", "รหัสไม่ถูกต้อง"),
        ("Avoid sharing it.", "ไม่ควรแชร์"),
        ("It takes no more than three days.", "ใช้เวลาไม่เกินสามวัน"),
        ("With or without a card", "มีหรือไม่มีบัตรก็ได้"),
        ("Check that it isn't empty.", "ตรวจสอบว่าไม่ว่างเปล่า"),
        ("See [it](https://a.co/without-license).", "ดู[ที่นี่](https://a.co/without-license)"),
    ],
)
def test_what_is_said_as_people_say_it_is_right(source: str, target: str) -> None:
    assert found("polarity", source, target) == []
