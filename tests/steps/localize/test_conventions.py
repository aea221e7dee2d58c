"""A market's form is known before anybody decides anything, and a tag that is none is told with the nearest one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.errors import UsageError
from kb_pipeline.steps.localize.conventions import conventions_of, language_name, market_tag, samples_of, territory_name

KNOWN = [  # tag, language, currency, scripts, what ends a question, full stop, hours, quotation marks
    ("en-GB", "British English", "GBP", ("Latn",), ("?",), True, 24, "“ ”"),
    ("th-TH", "Thai", "THB", ("Thai", "Latn"), (), False, 24, "“ ”"),
    ("ja-JP", "Japanese", "JPY", ("Hira", "Kana", "Hani", "Latn"), (), True, 24, "「 」"),
    ("de-DE", "German", "EUR", ("Latn",), ("?",), True, 24, "„ “"),
    ("es-MX", "Mexican Spanish", "MXN", ("Latn",), ("?",), True, 12, "“ ”"),
    ("vi-VN", "Vietnamese", "VND", ("Latn",), ("?",), True, 24, "“ ”"),
    ("zh-TW", "Traditional Chinese", "TWD", ("Hani", "Latn"), ("？", "?"), True, 12, "「 」"),
    ("ko-KR", "Korean", "KRW", ("Hang", "Latn"), ("?",), True, 12, "“ ”"),
    ("el-GR", "Greek", "EUR", ("Grek", "Latn"), (";", "\u037e"), True, 12, "« »"),
    ("ar-SA", "Arabic", "SAR", ("Arab", "Latn"), ("؟",), True, 12, "” “"),
    ("lo-LA", "Lao", "LAK", ("Laoo", "Latn"), (), False, 24, "“ ”"),
    ("sr-Latn-RS", "Serbian", "RSD", ("Latn",), ("?",), True, 24, "„ “"),
]


@pytest.mark.parametrize(("tag", "language", "currency", "scripts", "marks", "stop", "hours", "quotes"), KNOWN)
def test_cldr_knows_how_a_market_writes(tag, language, currency, scripts, marks, stop, hours, quotes):
    ours = conventions_of(market_tag(tag))
    forms = samples_of(tag, ours)
    assert (language_name(tag), ours.currency, ours.scripts) == (language, currency, scripts)
    assert (ours.question_marks, ours.full_stop) == (marks, stop)
    assert (forms.hours, forms.quotes) == (hours, quotes)


@pytest.mark.parametrize(
    ("tag", "number", "money", "day"),
    [
        ("en-US", "1,234,567.5", "$1,250.00", "March 1, 2025"),
        ("de-DE", "1.234.567,5", "1.250,00\xa0€", "1. März 2025"),
        ("de-CH", "1’234’567.5", "CHF\xa01’250.00", "1. März 2025"),
        ("hi-IN", "12,34,567.5", "₹1,250.00", "1 मार्च 2025"),
        ("ja-JP", "1,234,567.5", "￥1,250", "2025年3月1日"),
        ("th-TH", "1,234,567.5", "฿1,250.00", "1 มีนาคม 2568"),  # Buddhist years, which Babel does not count
    ],
)
def test_the_samples_are_the_markets_own_forms(tag, number, money, day):
    forms = samples_of(tag, conventions_of(tag))
    assert (forms.number, forms.money, forms.date) == (number, money, day)


def test_a_market_that_decided_otherwise_is_shown_as_it_decided():
    ours = conventions_of("th-TH").model_copy(update={"currency": "USD", "buddhist_era": False})
    assert "2025" in samples_of("th-TH", ours).date
    assert "1,250" in samples_of("th-TH", ours).money


def test_spanish_opens_its_questions():
    assert samples_of("es-MX", conventions_of("es-MX")).before_questions == "¿"
    assert samples_of("de-DE", conventions_of("de-DE")).before_questions == ""
    assert territory_name("es-MX") == "Mexico"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("vi", "vi-VN"),
        ("th", "th-TH"),
        ("vi_VN", "vi-VN"),
        ("EN-gb", "en-GB"),
        ("iw-IL", "he-IL"),  # the old code of Hebrew
        ("Vietnamese", "vi-VN"),
        ("thai", "th-TH"),
        ("zh", "zh-CN"),
        ("xx-YY", "REGION"),
        ("419", "REGION"),
        ("es-419", "REGION"),  # Latin America has no currency
        ("../../etc", "REGION"),
        ("", "REGION"),
        ("th-TH\n", "REGION"),
        ("tlh-US", "copy"),  # Klingon: BCP-47 has it, CLDR does not
    ],
)
def test_a_tag_that_is_no_markets_is_told_with_the_nearest(text, hint):
    with pytest.raises(UsageError) as caught:
        market_tag(text)
    assert hint in caught.value.remedy


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_tag_or_a_usage_error(text):
    try:
        assert market_tag(text) == text
    except UsageError as error:
        assert error.remedy
