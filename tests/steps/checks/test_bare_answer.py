"""An answer that answers nothing is not approved by one person; a short one that answers is."""

import pytest

from kb_pipeline.domain.findings import Severity
from tests.steps.checks.subjects import AMERICAN, GERMAN, JAPANESE, THAI, found

CHINESE = AMERICAN.model_copy(update={"tag": "zh-CN", "language_name": "Chinese"})
HOW = {
    "th-TH": "จ่ายเงินอย่างไร",
    "en-US": "How do I pay?",
    "de-DE": "Wie zahle ich?",
    "ja-JP": "どのように払いますか",
    "zh-CN": "怎么付款",
}
CAN = {"th-TH": "จ่ายเงินได้ไหม", "en-US": "Can I pay?", "de-DE": "Kann ich zahlen?", "ja-JP": "払えますか", "zh-CN": "可以付款吗"}


def severities(market, question, answer):
    return [finding.severity for finding in found("bare-answer", "x", answer, market, question=question)]


@pytest.mark.parametrize(
    ("market", "answer"),
    [
        (THAI, "ก"),
        (THAI, "กกกกก"),
        (THAI, "ไม่"),
        (THAI, "ๆๆ"),
        (THAI, "qwer"),
        (THAI, "ฟหกด ่าสว ฟหกด"),
        (AMERICAN, "xy"),
        (AMERICAN, "qwer"),
        (AMERICAN, "k"),
        (AMERICAN, "zzzzz"),
        (AMERICAN, "hm hm hm"),
        (GERMAN, "qwer"),
        (JAPANESE, "あ"),
        (JAPANESE, "ああああああ"),
        (CHINESE, "啊"),
        (CHINESE, "啊啊啊啊啊"),
    ],
)
def test_what_answers_nothing_is_critical_however_it_was_asked(market, answer):
    for question in (HOW[market.tag], CAN[market.tag]):
        assert severities(market, question, answer) == [Severity.CRITICAL]


@pytest.mark.parametrize(
    ("market", "answer"),
    [(AMERICAN, "Yes."), (AMERICAN, "No"), (THAI, "ได้"), (GERMAN, "Ja."), (JAPANESE, "はい。"), (CHINESE, "可以")],
)
def test_a_yes_answers_what_asks_for_one_only(market, answer):
    assert severities(market, CAN[market.tag], answer) == []
    if market in (THAI, AMERICAN, GERMAN):  # of which it is written down how they ask
        assert severities(market, HOW[market.tag], answer) == [Severity.CRITICAL]


@pytest.mark.parametrize(
    ("market", "answer"),
    [
        (THAI, "ได้ค่ะ"),
        (THAI, "ไม่ได้"),
        (THAI, "เปิดแอป"),
        (THAI, "7 วัน"),
        (AMERICAN, "24/7"),
        (AMERICAN, "**Pay**"),
        (AMERICAN, "Use the app"),
        (GERMAN, "Per App"),
        (JAPANESE, "アプリで払えます"),
        (CHINESE, "用支付宝付款"),
    ],
)
def test_a_short_answer_is_one(market, answer):
    assert severities(market, HOW[market.tag], answer) == []


@pytest.mark.parametrize(
    ("market", "answer"),
    [
        (AMERICAN, "n. a."),
        (AMERICAN, "?? ???? 3"),
        (AMERICAN, "......2"),
        (AMERICAN, "zzzz xxxx"),
        (THAI, "n. a."),
        (THAI, "?? ???? 3"),
        (THAI, "......2"),
        (THAI, "งงงงง ฟฟฟฟ"),
        (THAI, "ง ฟ"),
    ],
)
def test_letters_and_marks_that_stand_for_nothing_are_no_answer(market, answer):
    assert severities(market, HOW[market.tag], answer) == [Severity.CRITICAL]


@pytest.mark.parametrize("market", [THAI, AMERICAN])
def test_the_question_again_is_no_answer(market):
    for question in (HOW[market.tag], "E-42?"):
        assert severities(market, question, question.rstrip("?") + ".") == [Severity.CRITICAL]


@pytest.mark.parametrize(("market", "answer"), [(AMERICAN, "3"), (AMERICAN, "$5.00"), (THAI, "3 (สาม)"), (THAI, "(3)")])
def test_a_number_is_an_answer(market, answer):
    assert severities(market, HOW[market.tag], answer) == []
