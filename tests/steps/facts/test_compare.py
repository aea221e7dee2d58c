"""Facts are compared as values after the market's own facts, never as digits."""

from datetime import date

import pytest

from kb_pipeline.domain.markets import Conventions, FactContext, Market, MarketFact
from kb_pipeline.steps.facts import FactComparison, Passage, compare, extract

DAY = date(2025, 7, 1)


def market(*facts: MarketFact) -> Market:
    conventions = Conventions(currency="THB", buddhist_era=True)
    return Market(tag="th-TH", name="Thailand", language_name="Thai", conventions=conventions, facts=facts, fingerprint="x")


COSTS = FactContext(phrases=("cost",))
FEE = MarketFact(
    key="shipping-fee", source_value="$4.99", value="฿50", valid_from=date(2025, 2, 1), source="LOG-1", context=COSTS
)


def compared(source: str, target: str, *facts: MarketFact, day: date = DAY) -> FactComparison:
    return compare(Passage(text=source, language="en"), extract(target, "th"), market(*facts), day)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("within 24 hours", "ภายใน 1 วัน"),
        ("12 months", "1 ปี"),
        ("7 days", "1 สัปดาห์"),
        ("within a week", "ภายใน 1 สัปดาห์"),
        ("three days", "3 วัน"),
        ("9:00 AM", "9.00 น."),
        ("March 3, 2025", "3 มีนาคม 2568"),
        ("in 2025", "ในปี 2568"),
        ("1,000 users", "ผู้ใช้ 1000 คน"),
        ("since April '19", "ตั้งแต่เมษายน 2019"),
        ("2 cards", "บัตรสองใบ"),
        ("don&#39;t", "อย่า"),
        ("Net 30", "30 วันสุทธิ"),
        ("40 required hours", "40 ชั่วโมงที่ต้องการ"),
        ("a biweekly run", "ทุกสองสัปดาห์"),
        ("a biweekly run", "ทำงานเป็นประจำ"),
        ("two-ten minutes", "สองถึงสิบนาที"),
        ("14-Jun", "14 มิ.ย."),
        ("funding source 2 and 50 percent", "แหล่งเงินทุนที่ 2 และ 50 เปอร์เซ็นต์"),
        ("up to 20 items", "สูงสุด 20 ชิ้น"),
        ("up to 20 items", "สูงสุด 20 อย่าง"),
        ("Step 3 of eight", "ขั้นตอนที่ 3 จาก 8"),
    ],
)
def test_the_same_value_may_be_written_otherwise(source: str, target: str) -> None:
    found = compared(source, target)
    assert (found.missing, found.extra) == ((), ())


@pytest.mark.parametrize(
    ("source", "target", "missing", "extra"),
    [
        ("within 7 days", "ภายใน 15 วัน", ["7 days"], ["15 วัน"]),
        ("5 business days", "5 วัน", ["5 business days"], ["5 วัน"]),
        ("costs $4.99", "ราคา 175 บาท", ["$4.99"], ["175 บาท"]),
        ("wait", "รอ 3 วัน", [], ["3 วัน"]),
        ("take 10%", "หัก", ["10%"], []),
        ("up to 20 items", "สูงสุด 50 ชิ้น", ["20"], ["50"]),
        ("up to 20 items", "สูงสุด 20 คน", ["20"], ["20"]),
        ("version 3 and phase 3", "รุ่น 3 และระยะที่ 4", ["3"], ["4"]),
        ("orders of 150", "คำสั่งซื้อ 15", ["150"], ["15"]),
        ("Net 30", "45 วันสุทธิ", ["30"], ["45 วัน"]),
    ],
)
def test_another_value_is_missing_and_extra(source: str, target: str, missing: list[str], extra: list[str]) -> None:
    found = compared(source, target)
    assert ([f.raw for f in found.missing], [f.raw for f in found.extra]) == (missing, extra)


def test_a_market_fact_takes_the_place_of_the_source_value() -> None:
    found = compared("costs $4.99", "ราคา 50 บาท", FEE)
    assert (found.missing, found.extra) == ((), ())
    assert [(source.raw, target.raw, key) for source, target, key in found.replaced] == [("$4.99", "50 บาท", "shipping-fee")]


def test_the_source_value_is_wrong_where_a_market_fact_holds() -> None:
    found = compared("costs $4.99", "ราคา $4.99", FEE)
    assert [f.raw for f in found.missing] == ["$4.99"]
    assert [f.raw for f in found.extra] == ["$4.99"]
    assert found.rule_for(found.missing[0]) == FEE


def test_a_market_fact_holds_only_in_its_time() -> None:
    before = compared("costs $4.99", "ราคา $4.99", FEE, day=date(2025, 1, 1))
    assert (before.missing, before.extra, before.ruled) == ((), (), ())


def test_a_fact_of_the_market_alone_may_be_told_and_need_not() -> None:
    hours = MarketFact(key="hours", source_value="", value="8.00 น. ถึง 22.00 น.", source="SUP-1")
    assert compared("call us", "โทร 8.00-22.00 น.", hours).extra == ()
    assert compared("call us", "โทร", hours).missing == ()


@pytest.mark.parametrize(
    ("source", "target", "language"),
    [
        ("Call between 9:00 AM and 3 PM", "午前9時から午後3時までお電話ください", "ja-JP"),
        ("3 items within 5 business days", "3点を5営業日以内に", "ja-JP"),
        ("Call between 9:00 AM and 3 PM", "Rufen Sie zwischen 9:00 Uhr und 15 Uhr an", "de-DE"),
        ("1,000.50 points within three weeks", "1.000,50 Punkte innerhalb von drei Wochen", "de-DE"),
        ("請在3天內", "ภายใน 3 วัน", "th-TH"),
    ],
)
def test_each_language_writes_the_same_value_in_its_own_way(source: str, target: str, language: str) -> None:
    spoken = "zh-TW" if not source.isascii() else "en"
    found = compare(Passage(text=source, language=spoken), extract(target, language), market(), DAY)
    assert (found.missing, found.extra) == ((), ())


def test_two_packs_with_one_fingerprint_keep_their_own_facts() -> None:
    other = FEE.model_copy(update={"value": "฿60"})
    assert compared("costs $4.99", "ราคา 50 บาท", FEE).extra == ()
    assert [f.raw for f in compared("costs $4.99", "ราคา 50 บาท", other).extra] == ["50 บาท"]
