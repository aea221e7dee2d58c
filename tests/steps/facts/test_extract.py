"""Facts are found as values, the same in every language, where they stand."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_pipeline.domain.facts import FactKind
from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.facts.extract import RECOGNISERS
from kb_pipeline.steps.facts.numbers import around_digits, plain


def values(text: str, language: str) -> list[tuple[str, str, str]]:
    return [(fact.kind.value, fact.value, fact.unit) for fact in extract(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("costs $4.99", "en", ("money", "4.99", "USD")),
        ("costs US$1,000.50", "en", ("money", "1000.5", "USD")),
        ("30 US dollars", "en", ("money", "30", "USD")),
        ("&#36;50 off", "en", ("money", "50", "USD")),
        ("ค่าส่ง ฿50", "th", ("money", "50", "THB")),
        ("ค่าส่ง ๕๐ บาท", "th", ("money", "50", "THB")),
        ("5 ล้านบาท", "th", ("money", "5000000", "THB")),
        ("运费¥50", "zh-CN", ("money", "50", "CNY")),
        ("人民币30", "zh-CN", ("money", "30", "CNY")),
        ("5万元", "zh-CN", ("money", "50000", "CNY")),
        ("1.000,50 €", "de-DE", ("money", "1000.5", "EUR")),
        ("$50", "es-MX", ("money", "50", "MXN")),
        ("1,000円", "ja-JP", ("money", "1000", "JPY")),
        ("5 percent", "en", ("percent", "5", "")),
        ("ร้อยละ 5", "th", ("percent", "5", "")),
        ("百分之五", "zh", ("percent", "5", "")),
    ],
)
def test_money_and_percentages(text: str, language: str, expected: tuple[str, str, str]) -> None:
    assert values(text, language) == [expected]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("a 7-day trial", "en", ("7", "day")),
        ("twenty-one days", "en", ("21", "day")),
        ("24 hours", "en", ("24", "hour")),
        ("3 business days", "en", ("3", "business_day")),
        ("ภายใน ๗ วัน", "th", ("7", "day")),
        ("ยี่สิบเอ็ดวัน", "th", ("21", "day")),
        ("24 ชม.", "th", ("24", "hour")),
        ("3 วันทำการ", "th", ("3", "business_day")),
        ("三个工作日", "zh-CN", ("3", "business_day")),
        ("二十四小时", "zh-CN", ("24", "hour")),
        ("两个月", "zh-CN", ("2", "month")),
        ("7 Tagen", "de-DE", ("7", "day")),
        ("5 días hábiles", "es-MX", ("5", "business_day")),
        ("7 hari", "id-ID", ("7", "day")),
        ("3営業日", "ja-JP", ("3", "business_day")),
        ("三日間", "ja-JP", ("3", "day")),
        ("drei Tage", "de-DE", ("3", "day")),
        ("innerhalb von einundzwanzig Tagen", "de-DE", ("21", "day")),
        ("biweekly", "en", ("2", "week")),
        ("ทุกรายไตรมาส", "th", ("3", "month")),
    ],
)
def test_durations_of_each_language(text: str, language: str, expected: tuple[str, str]) -> None:
    assert values(text, language) == [("duration", *expected)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("5 to 10 business days", "en"),
        ("five-ten working days", "en"),
        ("between 5 and 10 business days", "en"),
        ("5-10 วันทำการ", "th"),
        ("ระหว่าง 5 และ 10 วันทำการ", "th"),
        ("5至10个工作日", "zh-CN"),
        ("5〜10営業日", "ja-JP"),
        ("5 bis 10 Werktage", "de"),
        ("zwischen fünf und zehn Werktagen", "de"),
    ],
)
def test_a_range_is_two_durations_of_one_unit(text: str, language: str) -> None:
    assert values(text, language) == [("duration", "5", "business_day"), ("duration", "10", "business_day")]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("on 2025-03-03", "en", "2025-03-03"),
        ("3 March 2025", "en", "2025-03-03"),
        ("March 3rd, 2025", "en", "2025-03-03"),
        ("in May 2020", "en", "2020-05"),
        ("13/3/2025", "en", "2025-03-13"),
        ("วันที่ 3 มีนาคม 2568", "th", "2025-03-03"),
        ("3 มี.ค. 68", "th", "2025-03-03"),
        ("ปี พ.ศ. 2568", "th", "2025"),
        ("14-Jun", "en", "--06-14"),
        ("14-Jun-2025", "en", "2025-06-14"),
        ("2025年3月3日", "zh-CN", "2025-03-03"),
        ("3月3日", "zh-CN", "--03-03"),
        ("3. März 2025", "de", "2025-03-03"),
    ],
)
def test_dates_are_iso_and_gregorian(text: str, language: str, expected: str) -> None:
    assert values(text, language) == [("date", expected, "")]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("9:00 AM", "en", "09:00"),
        ("9 p.m.", "en", "21:00"),
        ("21:00", "en", "21:00"),
        ("9.00 น.", "th", "09:00"),
        ("บ่าย 3 โมง", "th", "15:00"),
        ("下午3点", "zh", "15:00"),
        ("午後3時", "ja-JP", "15:00"),
        ("15時30分", "ja-JP", "15:30"),
        ("15 Uhr", "de-DE", "15:00"),
        ("15:30 Uhr", "de-DE", "15:30"),
        ("15.30 Uhr", "de-DE", "15:30"),
        ("2 ทุ่ม", "th", "20:00"),
        ("ตี 3", "th", "03:00"),
        ("at noon", "en", "12:00"),
        ("เที่ยงคืน", "th", "00:00"),
    ],
)
def test_times_of_day(text: str, language: str, expected: str) -> None:
    assert values(text, language) == [("time", expected, "")]


@pytest.mark.parametrize(
    ("text", "language", "unit"),
    [
        ("up to 20 items", "en", "item"),
        ("สูงสุด 20 ชิ้น", "th", "item"),
        ("最多20件", "zh-CN", "item"),
        ("20 Artikel", "de-DE", "item"),
        ("20人まで", "ja-JP", "person"),
        ("20 MB", "de-DE", "megabyte"),
        ("the 20 best", "en", ""),
        ("บัตร 20 ใบ", "th", ""),
    ],
)
def test_a_count_knows_what_it_counts_where_the_language_says_it(text: str, language: str, unit: str) -> None:
    assert values(text, language) == [("count", "20", unit)]


def test_two_percentages_joined_by_and_are_no_range() -> None:
    assert values("source 2 and 50 percent", "en") == [("count", "2", ""), ("percent", "50", "")]
    assert values("แหล่งที่ 2 และ 50 เปอร์เซ็นต์", "th") == [("count", "2", ""), ("percent", "50", "")]


def test_a_date_at_the_start_of_a_line_is_no_list_mark() -> None:
    assert values("1. März 2025", "de-DE") == [("date", "2025-03-01", "")]
    assert values("1. März warten", "de-DE") == [("date", "--03-01", "")]


def test_points_group_digits_or_part_a_version_as_the_language_has_it() -> None:
    assert values("1.000.000 Punkte", "de-DE") == [("count", "1000000", "point")]
    assert values("Version v3.9.1.", "de-DE") == [("count", "3.9.1", "")]
    assert values("version 1.000.000", "en") == [("count", "1.000.000", "")]


def test_an_hour_of_the_night_is_told_by_its_own_word_only() -> None:
    assert values("ตีพิมพ์ในปี 3", "th") == [("count", "3", "")]


def test_an_address_that_is_its_own_link_text_is_found_twice_and_moves_nothing() -> None:
    text = "[https://a.co](https://a.co) **Tap** 7 days"
    assert [fact.raw for fact in extract(text, "en")] == ["https://a.co", "https://a.co", "Tap", "7 days"]
    assert [text[fact.start : fact.end] for fact in extract(text, "en")] == [fact.raw for fact in extract(text, "en")]


def test_zeros_before_a_long_number_are_part_of_its_name() -> None:
    assert values("project 00000002", "en") == [("count", "00000002", "")]


def test_what_must_stay_to_the_letter() -> None:
    text = "Hi {name}, call +66 2 123 4567 or [phone number], mail Help@Shop.co, see https://shop.co/a?b=1. %s {{ x }} <0/>"
    assert [fact.value for fact in extract(text, "en")] == [
        "{name}", "+6621234567", "[phone number]", "help@shop.co", "https://shop.co/a?b=1", "%s", "{{x}}", "<0/>",
    ]  # fmt: skip


def test_a_bold_path_is_one_label_each() -> None:
    assert [fact.value for fact in extract("ไปที่ **ฉัน > คำสั่งซื้อ**", "th")] == ["ฉัน", "คำสั่งซื้อ"]
    assert values("within **7 days**", "en") == [("duration", "7", "day")]
    assert [fact.kind.value for fact in extract("**ดู [นี่](../a.md)**", "th")] == ["url"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("one may ask, MP3, don&#39;t", "en"),
        ("1. Tap it", "en"),
        ("1) แตะ\n  2) รอ\n> 10. จบ", "th"),
        ("1.1. Tap it", "en"),
        ("ทุกสองสามวัน", "th"),
        ("两三天", "zh"),
    ],
)
def test_what_is_no_fact(text: str, language: str) -> None:
    assert extract(text, language) == ()


@pytest.mark.parametrize("text", ["3/4/2025", "7 วันที่แล้วมี 12 คน"])
def test_what_is_ambiguous_stays_a_number(text: str) -> None:
    assert {fact.kind for fact in extract(text, "en")} == {FactKind.COUNT}


PIECES = st.sampled_from(
    ["$4.99", "฿50", "๗ วัน", "5-10 days", "9:00 AM", "15 Uhr", "ตี 3", "两三天", "50%", "between 2 and 3 weeks", "14-Jun-2025",
     "two-ten minutes", "&#39;", "&amp;", "**A > B**", "{name}", "https://a.co/x?y=1", "1. ",
     "[https://a.co](https://a.co)", "v3.9.1", "'19", "\n", " ", "a"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=5), max_size=12), st.sampled_from(["en", "th-TH", "zh-CN", "ja-JP", "de-DE"]))
@settings(max_examples=150, deadline=None)
def test_whatever_the_text_facts_stand_where_they_say_and_never_overlap(pieces: list[str], language: str) -> None:
    text = "".join(pieces)
    facts = extract(text, language)
    assert [text[fact.start : fact.end] for fact in facts] == [fact.raw for fact in facts]
    assert all(one.end <= other.start for one, other in pairwise(facts))


@given(st.lists(PIECES, max_size=12), st.sampled_from(["en", "th-TH", "zh-CN", "ja-JP", "de-DE"]))
@settings(max_examples=150, deadline=None)
def test_the_cheap_questions_never_hide_a_fact(pieces: list[str], language: str) -> None:
    text = plain("".join(pieces))
    for recogniser in RECOGNISERS:
        if any(recogniser.find(text, language)):
            place = around_digits(text) if recogniser.digits else text
            assert place
            assert recogniser.may_find(place.lower(), language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("5 million pounds sterling", "en"),
        ("seventeen calendar business days", "en"),
        ("5 ล้านดอลลาร์สหรัฐ", "th"),
        ("ยี่สิบเอ็ด วันทำการ", "th"),
        ("二十四个小时", "zh-CN"),
        ("einundzwanzig Arbeitstage", "de-DE"),
    ],
)
def test_a_cue_at_its_furthest_is_still_seen_in_a_long_text(text: str, language: str) -> None:
    filler = "ส่งฟรี " * 40
    assert values(f"{filler}{text} {filler}", language) == values(text, language) != []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("we ship free at noon", "en"),
        ("wait two days", "en"),
        ("รอสองวัน", "th"),
        ("ลดร้อยละห้า", "th"),
        ("百分之五", "zh-CN"),
        ("see www.shop.co", "en"),
        ("四半期ごと", "ja-JP"),
        ("zwei Tage", "de-DE"),
    ],
)
def test_a_fact_without_digits_and_signs_is_found(text: str, language: str) -> None:
    assert len(values(text, language)) == 1


@pytest.mark.parametrize("language", ["en", "th", "zh-CN", "de-DE"])
def test_spans_are_offsets_into_the_text_as_given(language: str) -> None:
    text = "&amp; &#39;x&#39; **A > B** $4.99, ฿50 บาท ๗ วัน 5至10天 2025-03-03 09:00 https://a.co/x?y=1 {z} 1,000"
    for fact in extract(text, language):
        assert text[fact.start : fact.end] == fact.raw
    spans = [(fact.start, fact.end) for fact in extract(text, language)]
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_long_texts_take_linear_time() -> None:
    for hostile in ("1", "1,", "1.", "1-", "\n1. ", "หนึ่ง", "วัน", "**", "a@", "{", "](a", "[https://a.co](", "https://a](b) "):
        extract(hostile * (20_000 // len(hostile)), "th")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ทำดังนี้ 1. เปิดแอป 2. แตะชื่อ 3. รอ 5 วัน", "th"),
        ("1. เปิดแอป 2. แตะชื่อ 3. รอ 5 วัน", "th"),
        ("1.เปิดแอป\n2.รอ 5 วัน", "th"),
        ("1) Open the app 2) Wait 5 days", "en"),
        ("**1.** Open\n**2.** Wait 5 days", "en"),
        ("1: Open\n2: Wait 5 days", "en"),
        ("1、打开应用 2、等待 5 天", "zh"),
        ("（1）アプリを開く （2）5 日待つ", "ja"),
        ("1) App öffnen 2) 5 Tage warten", "de"),
    ],
)
def test_the_marks_of_a_list_in_running_text_state_nothing(text: str, language: str) -> None:
    assert [(fact.kind, fact.value) for fact in extract(text, language)] == [(FactKind.DURATION, "5")]


@pytest.mark.parametrize(
    ("text", "language", "numbers"),
    [
        ("vom 1. Januar bis 2. Januar", "de", ["--01-01", "--01-02"]),
        ("das 1. und das 2. Paket", "de", ["1", "2"]),
        ("It costs 1. It was 2.", "en", ["1", "2"]),
        ("Buy 2) or 3) here", "en", ["2", "3"]),
        ("from 1:30 to 2:30", "en", ["01:30", "02:30"]),
    ],
)
def test_numbers_that_only_look_like_marks_stay(text: str, language: str, numbers: list[str]) -> None:
    assert [fact.value for fact in extract(text, language)] == numbers
