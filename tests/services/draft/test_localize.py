"""What becomes of approved text when its source changes, what the memory gives, and what a model is shown."""

import re
from itertools import chain, repeat

import pytest

from kb_pipeline.domain.changes import ChangeState, Decision, Verdict
from kb_pipeline.domain.faqs import FaqText, Provenance, SourceFaq, entry_id
from kb_pipeline.domain.markets import FactContext, MarketFact
from kb_pipeline.domain.translation_memory import APPROVED, MemoryUnit
from kb_pipeline.services.draft.localize import Localizer, RunOptions
from kb_pipeline.services.draft.stage import stage_changes
from tests.adapters.store_sql.samples import edit_of
from tests.conftest import DAY
from tests.factories import article, split
from tests.fakes import ScriptedLLM, SilentProgress

QUESTION = "How do I send an item back?"
ANSWER = "Open the app and choose the order. The courier collects the parcel within 3 days. Keep the receipt."
THAI_QUESTION = "ส่งคืนสินค้าอย่างไร"
THAI = ("เปิดแอปแล้วเลือกคำสั่งซื้อ", "พนักงานจัดส่งจะมารับพัสดุภายใน 3 วัน", "เก็บใบเสร็จไว้")
THAI_ANSWER = f"{THAI[0]}  {THAI[1]} {THAI[2]}"  # two spaces, as a person once typed


class Desk:
    """One source FAQ, one market, a scripted model; everything else is real."""

    asks = "whole_faq"
    repairs = 1

    def __init__(self, store, embedder, market):
        self.store, self.embedder, self.market = store, embedder, market
        self.llm = ScriptedLLM(
            {"localize_faq": lambda request: {"question": THAI_QUESTION, "answer": THAI_ANSWER, "phrasings": []}}
        )
        self.article = article(body=f"# Returns\n\n{ANSWER}\n")
        store.save_article(self.article, *split(self.article))

    def source(self, answer=ANSWER, question=QUESTION, id_="faq", language="en", **more):
        known = self.store.source_faq(id_)
        made = {"id": id_, "article_id": self.article.id, "language": language, "revision": known.revision + 1 if known else 1}
        text = FaqText(question=question, answer=answer, **more)
        self.store.save_source_faqs([SourceFaq(**made, text=text, citations=(), provenance=Provenance())], {})

    def run(self):
        localizer = Localizer(
            self.store,
            self.llm,
            self.embedder,
            self.market,
            SilentProgress(),
            RunOptions(run_id="r", day=DAY, parallel=1, repairs=self.repairs, asks=self.asks),
        )
        return localizer.run()

    def draft(self, id_="faq"):
        return next(d for d in self.store.drafts(self.market.tag) if d.source_faq_id == id_)

    def approve(self, text=None):
        stage_changes(self.store, self.market)
        for change in self.store.changes(self.market.tag):
            edited = change.revision.model_copy(update={"text": text}) if text else None
            for actor in ("ann", "บุญมี"):
                now = self.store.change(change.id)
                if now.state is ChangeState.PENDING:
                    verdict = Verdict.EDIT if edited and actor == "ann" else Verdict.APPROVE
                    decision = Decision(
                        change_id=now.id, verdict=verdict, actor=actor, seen_version=now.version,
                        override_critical=True, comment="test",
                    )  # fmt: skip
                    self.store.decide(decision, edit_of(edited, risk=now.risk) if edited and verdict is Verdict.EDIT else None)

    def write_sentences(self, *texts):
        answers = chain(texts, repeat(texts[-1]))
        self.llm.script["localize_sentence"] = lambda request: {"text": next(answers)}


@pytest.fixture
def desk(store, embedder, thai):
    desk = Desk(store, embedder, thai)
    desk.source()
    desk.run()
    desk.approve()
    return desk


def test_only_the_sentence_whose_source_changed_is_written_and_the_others_stay_to_the_byte(desk):
    desk.write_sentences("ไม่ต้องใช้ใบเสร็จ")
    desk.source(ANSWER.replace("Keep the receipt.", "You need no receipt."))
    result = desk.run()
    assert result.edited == ("faq",)
    assert desk.draft().revision.text.answer == f"{THAI[0]}  {THAI[1]} ไม่ต้องใช้ใบเสร็จ"
    assert desk.draft().revision.text.question == THAI_QUESTION
    assert len(desk.llm.asked("localize_faq")) == 1
    (asked,) = desk.llm.asked("localize_sentence")
    assert f"Source: Keep the receipt.\nText: {THAI[2]}" in asked
    assert "Source: You need no receipt." in asked


def test_a_value_is_swapped_without_a_model(desk):
    desk.source(ANSWER.replace("3 days", "15 days"))
    desk.run()
    assert desk.draft().revision.text.answer == THAI_ANSWER.replace("3 วัน", "15 วัน")
    assert not desk.llm.asked("localize_sentence")


def test_a_removed_sentence_loses_its_translation_without_a_model(desk):
    desk.source(ANSWER.replace(" Keep the receipt.", ""))
    desk.run()
    assert desk.draft().revision.text.answer == f"{THAI[0]}  {THAI[1]}"
    assert not desk.llm.asked("localize_sentence")


def test_a_new_question_changes_the_question_only(desk):
    desk.write_sentences("คืนสินค้าได้อย่างไร")
    desk.source(question="How can I return an item?")
    desk.run()
    assert desk.draft().revision.text == FaqText(question="คืนสินค้าได้อย่างไร", answer=THAI_ANSWER)


def test_the_repair_of_an_edited_text_may_touch_only_what_was_open(desk):
    desk.write_sentences("退款 ไม่ต้องใช้ใบเสร็จ", "ไม่ต้องใช้ใบเสร็จ")
    desk.source(ANSWER.replace("Keep the receipt.", "You need no receipt."))
    assert desk.run().repaired == 1
    assert desk.draft().revision.text.answer == f"{THAI[0]}  {THAI[1]} ไม่ต้องใช้ใบเสร็จ"
    assert "退款" in desk.llm.asked("localize_sentence")[-1]


def test_where_sentences_cannot_be_told_apart_the_answer_is_written_anew_and_a_person_is_told(desk):
    desk.approve(FaqText(question=THAI_QUESTION, answer=THAI_ANSWER))
    other = FaqText(question=THAI_QUESTION, answer="ถามร้านค้าได้ทุกวัน  อากาศวันนี้ดีมากสำหรับการเดินเล่น")
    store = desk.store
    approved = store.approved_text(entry_id("th-TH", "faq"))
    store.approved_text = lambda id_, **_: approved.model_copy(update={"text": other})
    desk.write_sentences("ใหม่ทั้งหมด", "ใหม่ทั้งหมด")
    desk.source(ANSWER.replace("Keep the receipt.", "You need no receipt."))
    desk.run()
    assert desk.draft().revision.text.answer == "ใหม่ทั้งหมด"
    assert desk.draft().revision.text.question == THAI_QUESTION
    assert "lock-uncertain" in {f.rule for f in desk.draft().findings}


@pytest.mark.parametrize("setting", ["keep", "update"])
def test_a_source_that_changed_its_wording_only_disturbs_nobody_if_the_market_says_so(desk, setting):
    desk.market = desk.market.model_copy(update={"minor_source_changes": setting})
    desk.write_sentences("เปิดแอปและเลือกคำสั่งซื้อ")
    desk.source(ANSWER.replace("choose the order", "select the order"))
    result = desk.run()
    draft = desk.draft()
    assert draft.source_revision == 2
    assert draft.source_text_hash == desk.store.source_faq("faq").text.hash
    if setting == "keep":
        assert result.undisturbed == ("faq",)
        assert draft.revision.text.answer == THAI_ANSWER
    else:
        assert result.edited == ("faq",)


def test_small_steps_do_not_add_up_unnoticed(desk):
    desk.market = desk.market.model_copy(update={"minor_source_changes": "keep"})
    desk.source(ANSWER.replace("choose the order", "select the order"))
    assert desk.run().undisturbed == ("faq",)
    assert desk.draft().revision.provenance.source_revision == 1


def test_the_very_same_source_gets_the_approved_words_without_a_model(desk):
    desk.source(id_="again")
    calls = len(desk.llm.requests)
    assert desk.run().remembered == ("again",)
    assert len(desk.llm.requests) == calls
    assert desk.draft("again").revision.text.answer == THAI_ANSWER


def test_what_is_like_it_is_shown_to_the_model(desk):
    unit = MemoryUnit(
        source="Pay at the counter of the shop.", target="ชำระที่เคาน์เตอร์", source_language="en", market="th-TH", origin="t"
    )
    desk.store.save_memory_units([unit], "ann")
    answers = {"question": "ชำระเงินสดที่ไหนได้บ้าง", "answer": "ชำระที่เคาน์เตอร์ของร้าน", "phrasings": []}
    desk.llm.script |= {"localize_faq": lambda request: answers, "repair_faq": lambda request: answers}
    desk.source("Pay at the counter of the store.", "Where can I pay by cash?", "other")
    desk.run()
    assert "Source: Pay at the counter of the shop.\nText: ชำระที่เคาน์เตอร์" in desk.llm.asked("localize_faq")[-1]


def test_links_and_codes_are_hidden_from_the_model_and_put_back(store, embedder, thai):
    desk = Desk(store, embedder, thai)
    desk.source("Type `help` or see [the page](https://shop.example/help).", "Where is help for {name}?")
    desk.llm.script["localize_faq"] = lambda request: {
        "question": "[[1]] ขอความช่วยเหลือได้ที่ไหน", "answer": "พิมพ์ [[ 2 ]] หรือดู [หน้านี้]([3])", "phrasings": [],
    }  # fmt: skip
    desk.run()
    (shown,) = desk.llm.asked("localize_faq")
    assert "https:" not in shown.split("</memory>")[-1]
    assert re.search(r"Q: Where is help for \[\[1\]\]\?\nA: Type \[\[2\]\] or see \[the page\]\(\[\[3\]\]\)\.", shown)
    assert desk.draft().revision.text.question == "{name} ขอความช่วยเหลือได้ที่ไหน"
    assert desk.draft().revision.text.answer == "พิมพ์ `help` หรือดู [หน้านี้](https://shop.example/help)"


def test_a_lost_mark_is_given_back_to_the_model(store, embedder, thai):
    desk = Desk(store, embedder, thai)
    desk.source("Type `help` in the chat.")
    answers = iter(("พิมพ์ในแชท [[4]]", "พิมพ์ [[1]] ในแชท"))

    def reply(request):
        return {"question": THAI_QUESTION, "answer": next(answers), "phrasings": []}

    desk.llm.script |= {"localize_faq": reply, "repair_faq": reply}
    assert desk.run().repaired == 1
    assert "the code `help` is missing" in desk.llm.asked("repair_faq")[0]
    assert "'[[4]]' stands for nothing" in desk.llm.asked("repair_faq")[0]
    assert desk.draft().revision.text.answer == "พิมพ์ `help` ในแชท"


def test_the_meaning_of_source_and_text_is_compared_across_languages_only(desk, american):
    assert 0 < desk.draft().similarity <= 1
    desk.market = american
    desk.run()
    assert desk.draft().similarity is None


def test_a_persons_words_in_the_sources_own_language_stay(store, embedder, american):
    desk = Desk(store, embedder, american)
    desk.source()
    desk.run()
    edited = ANSWER.replace("Open the app and choose", "In the app, pick")
    desk.approve(FaqText(question=QUESTION, answer=edited))
    desk.source(ANSWER.replace("Keep the receipt.", "You need no receipt for it."))
    assert desk.run().edited == ("faq",)
    assert desk.draft().revision.text.answer == edited.replace("Keep the receipt.", "You need no receipt for it.")
    assert not desk.llm.requests


def test_a_changed_pack_mends_approved_text_in_place_where_the_fix_is_certain(desk):
    about = FactContext(phrases=("collect parcel",))
    fact = MarketFact(key="collection", source_value="3 days", value="5 วัน", source="TH-1", context=about)
    desk.market = desk.market.model_copy(update={"facts": (fact,), "fingerprint": "other"})
    calls = len(desk.llm.requests)
    assert desk.run().taken == ("faq",)
    assert desk.draft().revision.text.answer == THAI_ANSWER.replace("3 วัน", "5 วัน")
    assert len(desk.llm.requests) == calls


def test_the_provenance_of_an_edit_names_its_prompt_and_its_calls(desk):
    desk.write_sentences("ไม่ต้องใช้ใบเสร็จ")
    desk.source(ANSWER.replace("Keep the receipt.", "You need no receipt."))
    desk.run()
    made = desk.draft().revision.provenance
    assert made.prompt == "localize_sentence@1"
    assert (len(made.calls), made.source_revision, made.model) == (1, 2, "scripted")


STALE, FRESH = "พนักงานมารับพัสดุภายใน 3 วันใช่ไหม", "ต้องเก็บใบเสร็จไว้ไหม"


@pytest.fixture
def approved_with(store, embedder, thai):
    """A desk whose one entry a person approved with these phrasings."""

    def made(*phrasings):
        desk = Desk(store, embedder, thai)
        desk.source()
        desk.run()
        desk.approve(FaqText(question=THAI_QUESTION, answer=THAI_ANSWER, phrasings=phrasings))
        return desk

    return made


@pytest.mark.parametrize("unfit", [THAI[1], "ส่งคืนสินค้า อย่างไร?", "How does the return work?"])
def test_a_models_phrasing_that_asks_nothing_new_is_left_out_and_no_repair_is_paid_for_it(store, embedder, thai, unfit):
    desk = Desk(store, embedder, thai)
    reply = {"question": THAI_QUESTION, "answer": THAI_ANSWER, "phrasings": [unfit, "อยากคืนของ"]}
    desk.llm.script["localize_faq"] = lambda request: reply
    desk.source(phrasings=("How does the return work?", "Return an item"))
    result = desk.run()
    assert desk.draft().revision.text.phrasings == ("อยากคืนของ",)
    assert (result.left_out, result.repaired, len(desk.llm.requests)) == (1, 0, 1)
    assert not [f for f in desk.draft().findings if f.phrasing is not None]


def test_an_approved_phrasing_goes_when_its_value_is_no_longer_the_answers(approved_with):
    desk = approved_with(STALE, FRESH)
    desk.source(ANSWER.replace("3 days", "15 days"))
    result = desk.run()
    text = desk.draft().revision.text
    assert (text.answer, text.phrasings) == (THAI_ANSWER.replace("3 วัน", "15 วัน"), (FRESH,))
    assert result.left_out == 1
    assert not desk.llm.asked("localize_sentence")


def test_a_phrasing_that_a_person_approved_in_spite_of_its_finding_stays_when_something_else_changes(approved_with):
    ventured = "พนักงานมารับพัสดุภายใน 9 วันใช่ไหม"
    desk = approved_with(ventured)
    desk.write_sentences("ไม่ต้องใช้ใบเสร็จ")
    desk.source(ANSWER.replace("Keep the receipt.", "You need no receipt."))
    assert desk.run().left_out == 0
    assert desk.draft().revision.text.phrasings == (ventured,)
    assert "phrasing-facts" in {f.rule for f in desk.draft().findings}


def test_a_sources_stale_phrasing_is_left_out_in_its_own_language(store, embedder, american):
    desk = Desk(store, embedder, american)
    desk.source(phrasings=("Does the courier come within 9 days?", "How do I return it?"))
    assert desk.run().left_out == 1
    assert desk.draft().revision.text.phrasings == ("How do I return it?",)
    assert not desk.llm.requests


def test_a_new_phrasing_that_the_model_writes_wrong_is_left_out_and_not_asked_for_again(desk):
    desk.write_sentences(THAI[1])
    desk.source(phrasings=("When does the courier come?",))
    desk.run()
    assert desk.draft().revision.text.phrasings == ()
    assert len(desk.llm.asked("localize_sentence")) == 1


def test_remembered_words_come_without_a_phrasing_that_does_not_fit(desk):
    units = [("When does it come?", "มารับเมื่อไร"), ("Within 9 days?", "ภายใน 9 วันใช่ไหม")]
    kept = [MemoryUnit(source=s, target=t, source_language="en", market="th-TH", origin=f"{APPROVED}t") for s, t in units]
    desk.store.save_memory_units(kept, "ann")
    desk.source(id_="again", phrasings=tuple(source for source, _ in units))
    assert desk.run().remembered == ("again",)
    assert desk.draft("again").revision.text.phrasings == ("มารับเมื่อไร",)
