"""An answer says what its citations say, and cites what it says."""

from dataclasses import replace

import pytest

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Severity
from kb_pipeline.steps.checks import Subject, run_rules
from kb_pipeline.steps.checks.grounding import grounded, prune, support, ungrounded
from tests.conftest import DAY
from tests.steps.checks.subjects import AMERICAN, GERMAN

REFUND = {
    "en": "Refunds to a card take up to 7 business days after the seller has received the parcel.",
    "th": "การคืนเงินเข้าบัตรใช้เวลาไม่เกิน 7 วันทำการหลังจากผู้ขายได้รับพัสดุ",
    "zh-CN": "卖家收到包裹后，退款到银行卡最多需要7个工作日。",
}
OTHER = {
    "en": "You can change the delivery address until the order is packed.",
    "th": "คุณเปลี่ยนที่อยู่จัดส่งได้จนกว่าคำสั่งซื้อจะถูกบรรจุ",
    "zh-CN": "订单打包前可以修改收货地址。",
}
TRUE = {
    "en": "Yes. Card refunds take up to 7 business days.",
    "th": "การคืนเงินเข้าบัตรใช้เวลาไม่เกิน 7 วันทำการ",
    "zh-CN": "退款到银行卡最多需要7个工作日。",
}
LANGUAGES = list(REFUND)


def cite(text: str) -> Citation:
    return Citation(article_id="a", sentence_hash=text[:8], text=text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_from_its_citations_is_grounded(language: str) -> None:
    assert ungrounded(FaqText(question="?", answer=TRUE[language]), (cite(REFUND[language]),), language) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fact_that_no_citation_holds_is_critical(language: str) -> None:
    answer = TRUE[language].replace("7", "15")
    (finding,) = ungrounded(FaqText(question="?", answer=answer), (cite(REFUND[language]),), language)
    assert finding.severity is Severity.CRITICAL
    assert "15" in answer[finding.start : finding.end]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_that_no_citation_supports_is_critical(language: str) -> None:
    answer = f"{TRUE[language]}\n{OTHER[language]}"
    findings = ungrounded(FaqText(question="?", answer=answer), (cite(REFUND[language]),), language)
    assert [answer[f.start : f.end].strip() for f in findings] == [OTHER[language]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_citations_that_support_nothing_are_pruned(language: str) -> None:
    citations = (cite(OTHER[language]), cite(REFUND[language]))
    assert prune(TRUE[language], citations, language) == (cite(REFUND[language]),)


def test_the_best_citation_stays_even_if_it_is_poor() -> None:
    assert len(prune("Nothing alike.", (cite(OTHER["en"]), cite(REFUND["en"])), "en")) == 1
    assert prune("Nothing alike.", (), "en") == ()


def test_a_sentence_without_content_needs_no_support() -> None:
    assert support("Yes.", (), "en") == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answer", ["n. a.", "?? ???? 3", "......2", "Unclear."])
def test_an_answer_that_claims_nothing_is_critical(language: str, answer: str) -> None:
    findings = ungrounded(FaqText(question="?", answer=answer), (cite(REFUND[language]),), language)
    assert [finding.severity for finding in findings] == [Severity.CRITICAL]


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("en", "Can I get a refund?", "Yes."),
        ("en", "Can I get a refund?", "You can."),
        ("en", "To what?", "A card."),
        ("en", "In how many days?", "7"),
        ("th", "ขอเงินคืนได้ไหม", "ได้"),
        ("th", "คืนทางไหน", "บัตร"),
        ("th", "กี่วัน", "7"),
    ],
)
def test_a_yes_a_word_or_a_number_of_the_source_claims_enough(language: str, question: str, answer: str) -> None:
    assert [
        finding
        for finding in ungrounded(FaqText(question=question, answer=answer), (cite(REFUND[language]),), language)
        if finding.severity is Severity.CRITICAL
    ] == []


@pytest.mark.parametrize("language", sorted(TRUE))
def test_an_entry_answers_for_what_its_source_claims_without_a_citation(language: str) -> None:
    invented = f"{TRUE[language]} 45 days $99"
    text = FaqText(question="?", answer=invented)
    subject = {
        "source": text,
        "source_language": language,
        "market": GERMAN,
        "citations": (cite(REFUND[language]),),
        "day": DAY,
    }
    translated = Subject(target=FaqText(question="?", answer="Etwas ganz anderes."), **subject)
    assert {f.rule for f in run_rules(translated, [grounded])} == {"grounded"}
    assert not run_rules(replace(translated, source=FaqText(question="?", answer=TRUE[language])), [grounded])


def test_in_the_sources_language_a_person_mends_it_by_leaving_the_claim_out_not_by_a_space() -> None:
    text = FaqText(question="?", answer=f"{TRUE['en']} You also get $99 back.")
    subject = Subject(source=text, target=text, source_language="en", market=AMERICAN, citations=(cite(REFUND["en"]),), day=DAY)
    assert run_rules(subject, [grounded])
    spaced = FaqText(question="?", answer=text.answer.replace("$99", "$99 "))
    assert run_rules(replace(subject, target=spaced), [grounded])
    assert not run_rules(replace(subject, target=FaqText(question="?", answer=TRUE["en"])), [grounded])
