"""An entry written sentence by sentence, for a small model: what it is asked, what is paid once, what is asked again."""

import pytest

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.markets import Clause
from kb_pipeline.errors import LLMOutputError
from tests.services.draft.test_localize import Desk

THAI = {
    "How do I send an item back?": "ส่งคืนสินค้าอย่างไร",
    "Open the app and choose the order.": "เปิดแอปแล้วเลือกคำสั่งซื้อ",
    "The courier collects the parcel within 3 days.": "พนักงานจัดส่งจะมารับพัสดุภายใน 3 วัน",
    "Keep the receipt.": "เก็บใบเสร็จไว้",
}


class SmallDesk(Desk):
    """The desk with a model that is asked for single sentences; `says` holds what it answers, a list for draw after draw."""

    asks = "sentence"

    def __init__(self, store, embedder, market):
        super().__init__(store, embedder, market)
        self.says = dict(THAI)
        self.llm.script = {"translate_sentence": self.translate}

    def translate(self, request):
        asked = request.messages[-1].content
        said = next(self.says[source] for source in sorted(self.says, key=len, reverse=True) if asked.endswith(source))
        one = said if isinstance(said, str | Exception) else said[min(request.draw, len(said) - 1)]
        if isinstance(one, Exception):
            raise one
        return {"text": one}

    def sentences(self):
        """What was asked, without the terms, by the order of asking."""
        return [asked.rpartition(") ")[2] for asked in self.llm.asked("translate_sentence")]


@pytest.fixture
def small(store, embedder, thai):
    desk = SmallDesk(store, embedder, thai)
    desk.source()
    return desk


def test_question_and_sentences_are_asked_one_by_one_and_put_together(small):
    assert small.run().localized == ("faq",)
    assert small.draft().revision.text == FaqText(
        question="ส่งคืนสินค้าอย่างไร", answer="เปิดแอปแล้วเลือกคำสั่งซื้อ พนักงานจัดส่งจะมารับพัสดุภายใน 3 วัน เก็บใบเสร็จไว้"
    )
    assert small.sentences() == list(THAI)
    assert {finding.rule for finding in small.draft().findings} == {"grounded"}  # this source cites nothing


def test_the_pack_shows_how_and_the_terms_stand_before_the_sentence(small, thai):
    small.run()
    request = next(r for r in small.llm.requests if r.messages[-1].content.endswith("within 3 days."))
    assert (request.form, request.draw) == ("line", 0)
    assert request.messages[-1].content.startswith("(parcel = พัสดุ; courier = บริษัทขนส่ง) ")
    shots = request.messages[1:-1]
    assert [turn.role for turn in shots] == ["user", "assistant"] * len(thai.sentence_examples)
    assert [turn.content for turn in shots[1::2]] == [example.target for example in thai.sentence_examples]
    assert any("**ฉัน > การตั้งค่า**" in turn.content for turn in shots[::2])


def test_a_sentence_that_entries_share_is_paid_once(small):
    small.source(answer="Keep the receipt.", id_="other")
    small.run()
    assert len(small.sentences()) == len(set(small.sentences())) == len(THAI)
    assert small.draft("other").revision.text.answer == "เก็บใบเสร็จไว้"


def test_only_the_sentence_with_a_fault_is_asked_again_and_the_first_good_answer_is_taken(small):
    small.says["The courier collects the parcel within 3 days."] = [
        "พนักงานจัดส่งจะมารับพัสดุภายใน 5 วัน", "ผู้ขายจะมารับภายใน 3 วัน", "พนักงานจัดส่งจะมารับพัสดุภายใน 3 วัน", "ไม่ถูกถาม",
    ]  # fmt: skip
    assert small.run().repaired == 1
    assert [r.draw for r in small.llm.requests if "collects" in r.messages[-1].content] == [0, 1, 2]
    assert len(small.sentences()) == len(THAI) + 2
    assert "ภายใน 3 วัน" in small.draft().revision.text.answer


def test_a_sentence_that_stays_faulty_costs_so_many_answers_and_no_more(small):
    small.says["Keep the receipt."] = "退款"
    small.run()
    assert [r.draw for r in small.llm.requests if "receipt" in r.messages[-1].content] == [0, 1, 2, 3]
    assert small.draft().revision.text.answer.endswith("退款")
    assert "wrong-script" in {finding.rule for finding in small.draft().findings}


def test_without_repairs_each_sentence_is_asked_once(small):
    small.repairs = 0
    small.says["Keep the receipt."] = "退款"
    small.run()
    assert len(small.sentences()) == len(THAI)


def test_an_answer_that_is_none_is_drawn_anew(small):
    small.says["Keep the receipt."] = [LLMOutputError("no valid answer", "use a stronger model"), "เก็บใบเสร็จไว้"]
    assert small.run().localized == ("faq",)
    small.says["How do I send an item back?"] = LLMOutputError("no valid answer", "use a stronger model")
    small.source(id_="other", question="How do I send an item back?", answer="Keep the receipt. Good luck.")
    small.says["Good luck."] = LLMOutputError("no valid answer", "use a stronger model")
    assert [failure.code for failure in small.run().failures] == ["llm-output"]


def test_terms_that_the_model_repeats_before_its_answer_are_left_out(small):
    small.says["Keep the receipt."] = "เก็บใบเสร็จไว้"
    small.says["The courier collects the parcel within 3 days."] = (
        "(parcel = พัสดุ; courier = บริษัทขนส่ง) พนักงานจัดส่งจะมารับพัสดุภายใน 3 วัน"
    )
    small.run()
    assert small.draft().revision.text.answer.startswith("เปิดแอปแล้วเลือกคำสั่งซื้อ พนักงาน")


def test_a_phrasing_that_fails_is_left_out_and_not_asked_again(small):
    small.says |= {"Where do I send it?": "ส่งคืนสินค้าที่ไหน", "What if it is late?": "退款"}
    small.source(phrasings=("Where do I send it?", "What if it is late?"))
    result = small.run()
    assert (small.draft().revision.text.phrasings, result.left_out) == (("ส่งคืนสินค้าที่ไหน",), 1)
    assert small.sentences().count("What if it is late?") == 1


def test_of_approved_text_only_the_sentence_is_asked_whose_source_changed(small):
    small.run()
    small.approve()
    small.says["You need no receipt."] = "ไม่ต้องใช้ใบเสร็จ"
    before = small.draft().revision.text
    small.source("Open the app and choose the order. The courier collects the parcel within 3 days. You need no receipt.")
    assert small.run().edited == ("faq",)
    assert small.draft().revision.text.answer == before.answer.replace("เก็บใบเสร็จไว้", "ไม่ต้องใช้ใบเสร็จ")
    assert small.sentences()[len(THAI) :] == ["You need no receipt."]


def test_what_the_law_makes_an_answer_say_is_added_as_the_pack_writes_it(small):
    clause = Clause(topic="returns", any_of=("ร้องเรียน",), text="คุณร้องเรียนต่อ สคบ. ได้", source="a law")
    small.market = small.market.model_copy(update={"clauses": (clause,)})
    small.source(answer="Keep the receipt.")
    (faq,) = small.store.source_faqs()
    small.store.save_source_faqs([faq.model_copy(update={"topics": ("returns",), "revision": faq.revision + 1})], {})
    small.run()
    assert small.draft().revision.text.answer == "เก็บใบเสร็จไว้ คุณร้องเรียนต่อ สคบ. ได้"
    assert "clause-missing" not in {finding.rule for finding in small.draft().findings}
