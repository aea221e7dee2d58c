"""What is left out or put in shows by structure and by length; the lengths of Thai, German and Japanese are their own."""

import pytest

from tests.steps.checks.subjects import AMERICAN, GERMAN, JAPANESE, found

SOURCE = (
    "You can return most items within fifteen days of delivery. The item must be unused and in its original box. "
    "We pay the money back as soon as the warehouse has checked the parcel."
)
THAI = "คุณคืนสินค้าส่วนใหญ่ได้ภายในสิบห้าวันหลังจากได้รับสินค้า สินค้าต้องยังไม่ผ่านการใช้งานและอยู่ในกล่องเดิม เราจะคืนเงินให้ทันทีที่คลังสินค้าตรวจสอบพัสดุเสร็จแล้ว"
LIST = "Follow these steps:\n- Open **Me**.\n- Choose the order.\n- Send it back."


@pytest.mark.parametrize("lost", range(3))
def test_each_sentence_that_is_dropped_is_missed(lost: int) -> None:
    sentences = THAI.split(" ")
    assert found("omission", SOURCE, " ".join(s for n, s in enumerate(sentences) if n != lost))


def test_the_sentence_that_is_gone_is_named() -> None:
    first, _, last = THAI.split(" ")
    (missed,) = found("omission", SOURCE, f"{first} {last}")
    assert "The item must be unused" in missed.message


def test_in_a_text_of_two_paragraphs_the_shorter_one_is_found() -> None:
    intro, intro_thai = "Read this before you send anything back to us.", "อ่านข้อมูลนี้ก่อนส่งสินค้าคืนให้เรา"
    short = " ".join(THAI.split(" ")[1:])
    assert found("omission", f"{intro}\n\n{SOURCE}", f"{intro_thai}\n\n{short}")
    assert found("omission", f"{intro}\n\n{SOURCE}", f"{intro_thai}\n\n{THAI}") == []


def test_a_source_whose_lines_are_wrapped_lacks_nothing() -> None:
    wrapped = SOURCE.replace("of delivery", "of\ndelivery").replace("as soon", "as\nsoon")
    assert found("omission", wrapped, THAI) == []


def test_a_whole_translation_lacks_nothing() -> None:
    assert found("omission", SOURCE, THAI) == found("addition", SOURCE, THAI) == []


@pytest.mark.parametrize(
    ("target", "market"),
    [
        ("Sie können die meisten Artikel innerhalb von fünfzehn Tagen zurückgeben.", GERMAN),
        ("ほとんどの商品は十五日以内に返品できます。", JAPANESE),
        ("You can return most items.", AMERICAN),
    ],
)
def test_a_third_of_a_text_is_too_little_in_any_language(target: str, market) -> None:
    assert found("omission", SOURCE, target, market)


def test_languages_that_write_shorter_are_not_blamed_for_it() -> None:
    japanese = (
        "ほとんどの商品は配達後十五日以内に返品できます。"
        "商品は未使用で、元の箱に入っている必要があります。倉庫が荷物を確認次第、返金します。"
    )
    assert found("omission", SOURCE, japanese, JAPANESE) == []


def test_a_list_item_that_is_gone_is_missed_and_a_line_that_is_wrapped_is_not() -> None:
    assert "1 of the source's list items" in found("omission", LIST, "ทำตามนี้:\n- เปิด **ฉัน**\n- เลือกคำสั่งซื้อ")[0].message
    assert found("omission", "- Open the parcel and\n  look into it.", "- เปิดพัสดุและดูข้างใน") == []


def test_what_nobody_said_is_an_addition() -> None:
    assert found("addition", "Open **Me**.\n- one", "เปิด **ฉัน**\n- หนึ่ง\n- สอง")
    assert found("addition", "You can return most items within fifteen days.", THAI)


def test_names_that_stay_in_latin_letters_do_not_count() -> None:
    source = "Marigold Market Seller Center and Marigold Live Studio work together."
    assert found("omission", source, "Marigold Market Seller Center ใช้กับ Marigold Live Studio ได้") == []
