"""An entry about another code, model, name, role or bound is no answer, however near it is;
a customer's own numbers say nothing.
"""

import pytest

from kb_pipeline.domain.answers import Agreement
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.index import Found
from kb_pipeline.steps.serve.agreement import agreement, asked, of_release
from kb_pipeline.steps.serve.ranking import coverage, judged_by, rank

AGREES, CONTRADICTS, LACKS, SILENT = Agreement.AGREES, Agreement.CONTRADICTS, Agreement.LACKS, Agreement.SILENT
ENGLISH = {
    "K-17": ("What does message K-17 mean?", "The lock is open. Close it."),
    "K-71": ("What does message K-71 mean?", "The battery is empty."),
    "Lumo 40": ("How do I charge the Lumo 40?", "Put it on its dock."),
    "Lumo 60": ("How do I charge the Lumo 60?", "Use the cable."),
    "Hanoi": ("Is there a shop in Hanoi?", "Yes, by the lake."),
    "Da Nang": ("Is there a shop in Da Nang?", "Yes, by the bridge."),
    "seller pays": ("When does the seller pay for the way back?", "When the item is broken."),
    "second": ("Does the second try cost anything?", "Yes, a small fee."),
    "before": ("Can I stop my order before payment?", "Yes, leave the page."),
    "up to": ("What does a parcel up to 20 kg cost?", "See the table."),
    "free": ("Is delivery free for orders of 900 baht or more?", "Yes."),
    "pay": ("How can I pay?", "By Visa, bank transfer or cash."),
}
THAI = {
    "K-17": ("ข้อความ K-17 หมายความว่าอะไร", "ฝาเปิดอยู่ ให้ปิดฝา"),
    "Lumo 40": ("ชาร์จ Lumo 40 อย่างไร", "วางบนแท่นชาร์จ"),
    "Android": ("ติดตั้งแอปบน Android อย่างไร", "เปิดร้านแอปแล้วแตะติดตั้ง"),
    "seller pays": ("ผู้ขายจ่ายค่าส่งคืนเมื่อไร", "เมื่อสินค้าชำรุด"),
    "free": ("ซื้อครบ 900 บาทส่งฟรีไหม", "ส่งฟรี"),
}
QUESTIONS = [
    ("en", "what is k17", "K-17", AGREES),
    ("en", "What does message K-18 mean?", "K-17", CONTRADICTS),
    ("en", "What does message K-17 mean?", "K-71", CONTRADICTS),
    ("en", "K-17 keeps coming up", "pay", LACKS),
    ("en", "my lumo 40 shows K-17", "K-17", AGREES),
    ("en", "How do I charge the Lumo 50?", "Lumo 40", CONTRADICTS),
    ("en", "is there a shop in da nang", "Hanoi", CONTRADICTS),
    ("en", "Is there a shop in Hue?", "Hanoi", CONTRADICTS),
    ("en", "When does the buyer pay for the way back?", "seller pays", CONTRADICTS),
    ("en", "Does the third try cost anything?", "second", CONTRADICTS),
    ("en", "Can I stop my order after payment?", "before", CONTRADICTS),
    ("en", "What does a parcel over 20 kg cost?", "up to", CONTRADICTS),
    ("en", "I paid 500 baht, is delivery free?", "free", SILENT),
    ("en", "Order PX2209118842 is not there, can I pay again?", "pay", SILENT),
    ("en", "My order 5530021 came in 3 days and weighs 10kg, how can I pay?", "pay", SILENT),
    ("en", "HOW CAN I PAY WITH VISA", "pay", AGREES),
    ("en", "Is There A Shop Near My House", "Hanoi", SILENT),
    ("th", "K-17 คืออะไร", "K-17", AGREES),
    ("th", "ข้อความ K-18 หมายความว่าอะไร", "K-17", CONTRADICTS),
    ("th", "ชาร์จ lumo 50 ยังไง", "Lumo 40", CONTRADICTS),
    ("th", "ติดตั้งแอปบน iphone ยังไง", "Android", CONTRADICTS),
    ("th", "ผู้ซื้อจ่ายค่าส่งคืนเมื่อไร", "seller pays", CONTRADICTS),
    ("th", "ซื้อ 500 บาท ส่งฟรีไหม", "free", SILENT),
    ("th", "How do I charge the Lumo 40?", "Lumo 40", AGREES),
    ("th", "How do I pay with Cash in Hue?", "Android", SILENT),  # entries without capitals
]


@pytest.mark.parametrize(("language", "question", "key", "expected"), QUESTIONS)
def test_an_entry_stands_to_a_question_by_what_it_is_about(language: str, question: str, key: str, expected: Agreement) -> None:
    entries = {"en": ENGLISH, "th": THAI}[language]
    release = of_release({key: FaqText(question=faq[0], answer=faq[1]) for key, faq in entries.items()}, language)
    assert agreement(asked(question, language, release), release.entries[key], release) is expected


def test_a_phrasing_that_names_something_does_not_make_it_what_the_entry_is_about() -> None:
    text = FaqText(question="How can I pay?", answer="In cash.", phrasings=("Can I pay with Visa?",))
    release = of_release({"pay": text}, "en")
    assert agreement(asked("Can I pay with Klarna?", "en", release), release.entries["pay"], release) is SILENT


def test_a_word_that_the_release_writes_in_lower_case_is_no_name() -> None:
    texts = {"app": FaqText(question="Where is the App for Hanoi?", answer="The app is in the store.")}
    release = of_release(texts, "en")
    assert "app" not in release.names
    assert agreement(asked("My App is slow", "en", release), release.entries["app"], release) is SILENT


def test_a_vetoed_entry_stands_behind_and_only_what_was_asked_for_is_ahead_of_it() -> None:
    found = [Found(entry_id=id_, score=score) for id_, score in (("other", 0.95), ("asked", 0.94), ("third", 0.80))]
    ranked = rank(found, [])
    leads = {one.found.entry_id: one.lead for one in judged_by({"other": CONTRADICTS, "asked": AGREES}, ranked)}
    assert list(leads) == ["asked", "third", "other"]
    assert leads["asked"] == pytest.approx(0.14)
    (first, *_) = judged_by({"other": CONTRADICTS}, ranked)
    assert (first.found.entry_id, first.lead) == ("asked", pytest.approx(-0.01))


@pytest.mark.parametrize("face", ["😡", "5/5", "10.00"])
def test_a_question_without_letters_shares_nothing_with_any_entry(face: str) -> None:
    assert coverage(face, "en", FaqText(question="How can I pay?", answer="By card.")) == 0.0
    assert coverage(face, "th", FaqText(question="ชำระเงินอย่างไร", answer="ด้วยบัตร")) == 0.0
