"""What reviewers replace again and again is a term; what they do once, or undo, is none."""

from kb_pipeline.domain.articles import Citation
from kb_pipeline.domain.changes import Decision, Edit, Verdict
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq
from kb_pipeline.domain.markets import TermStatus
from kb_pipeline.steps.localize.term_candidates import mine, replacements


def edit(source: str, before: str, after: str, actor: str = "ann", language: str = "en", market: str = "th-TH") -> Edit:
    def text(answer: str) -> FaqText:
        return FaqText(question="?", answer=answer)

    def revision(answer: str) -> Revision:
        return Revision(entry_id=source, market=market, language=market[:2], text=text(answer), provenance=Provenance())

    faq = SourceFaq(
        id=source, article_id="a", language=language, revision=1, text=text(source), provenance=Provenance(),
        citations=(Citation(article_id="a", sentence_hash="h", text=source),),
    )  # fmt: skip
    decision = Decision(change_id="c", verdict=Verdict.EDIT, actor=actor, seen_version=1)
    return Edit(source=faq, before=revision(before), after=revision(after), decision=decision)


TWICE = (
    edit("Your orders are safe.", "ออเดอร์ของคุณปลอดภัย", "คำสั่งซื้อของคุณปลอดภัย"),
    edit("Cancel the order within 2 days.", "ยกเลิกออเดอร์ภายใน 2 วัน", "ยกเลิกคำสั่งซื้อภายใน 2 วัน", "somchai"),
)
OTHERS = (
    edit("The refund takes 7 days.", "เงินคืนใช้เวลา 7 วัน", "เงินคืนใช้เวลา 15 วัน"),
    edit("Your parcel is safe.", "พัสดุของคุณปลอดภัย", "พัสดุของคุณอยู่ในที่ปลอดภัย"),
)


def test_what_two_people_replaced_alike_is_proposed_with_its_source_word() -> None:
    (found,) = mine((*TWICE, *OTHERS), "th-TH")
    assert (found.source, found.preferred, found.forbidden) == ("order", "คำสั่งซื้อ", "ออเดอร์")
    assert (found.count, found.people, found.confidence) == (2, ("ann", "somchai"), 1.0)
    assert found.likelihood > 3.84
    assert [t.status for t in found.terms()] == [TermStatus.PREFERRED, TermStatus.FORBIDDEN]
    assert found.examples[0].before == "ออเดอร์ของคุณปลอดภัย"


def test_what_was_done_once_or_undone_is_not() -> None:
    back = edit("The order is late.", "คำสั่งซื้อล่าช้า", "ออเดอร์ล่าช้า")
    assert mine(TWICE[:1], "th-TH") == ()
    assert mine((*TWICE, back), "th-TH") == ()
    assert mine(TWICE, "th-TH", least=3) == ()


def test_without_a_word_that_the_sources_share_there_is_no_term() -> None:
    one = edit("Yes.", "ออเดอร์ปลอดภัย", "คำสั่งซื้อปลอดภัย")
    other = edit("Wait a moment.", "ออเดอร์ล่าช้า", "คำสั่งซื้อล่าช้า")
    assert mine((one, other), "th-TH") == ()


def test_a_chinese_source_and_a_german_target_are_words_too() -> None:
    chinese = [edit(f"{start}优惠券", f"{thai}วอชเชอร์", f"{thai}โค้ดส่วนลด", language="zh-CN")
               for start, thai in (("使用", "ใช้"), ("没有", "ไม่มี"))]  # fmt: skip
    assert [(c.source, c.source_lang) for c in mine(chinese, "th-TH")] == [("优惠券", "zh")]
    german = [edit(f"The refund {end}.", f"Der Refund {end}.", f"Die Erstattung {end}.", market="de-DE")
              for end in ("comes", "fails")]  # fmt: skip
    assert [(c.source, c.preferred) for c in mine(german, "de-DE")] == [("refund", "Erstattung")]


def test_numbers_and_sentences_written_anew_are_no_replacement_of_a_word() -> None:
    assert list(replacements("รอ 7 วัน", "รอ 15 วัน", "th-TH")) == []
    assert list(replacements("The courier comes.", "The parcel service comes.", "en-US")) == [("courier", "parcel service")]
    assert list(replacements("A", "Quite another sentence that was written by a person", "en-US")) == []
