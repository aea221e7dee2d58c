"""What the memory offers for a new text, with what score, and why not more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq
from kb_pipeline.domain.translation_memory import MemoryUnit
from kb_pipeline.steps.localize.translation_memory import ALMOST, PENALTIES, TranslationMemory, units_of

REFUND, REFUND_TH = "A refund takes 7 days.", "การคืนเงินใช้เวลา 7 วัน"


def unit(source=REFUND, target=REFUND_TH, language="en", origin="entry/1", **more) -> MemoryUnit:
    return MemoryUnit(source=source, target=target, source_language=language, market="th-TH", origin=origin, **more)


def pair(source: tuple[str, str], target: tuple[str, str], *, retired=False) -> tuple[SourceFaq, Revision]:
    made = {"citations": (), "provenance": Provenance(actor="malee")}
    ours, theirs = (FaqText(question=question, answer=answer) for question, answer in (source, target))
    faq = SourceFaq(id="f", article_id="a", language="en", revision=1, retired=retired, text=ours, **made)
    return faq, Revision(entry_id="e", market="th-TH", language="th-TH", text=theirs, **made)


def only(text, *units, language="en", **more):
    (match,) = TranslationMemory(units).match(text, language, **more)
    return match.score, match.penalties


def test_an_entry_gives_its_question_its_answer_and_each_sentence_that_has_its_like():
    faq, revision = pair(("How long?", "The order comes today. You pay later."), ("กี่วัน", "คำสั่งซื้อมาถึงวันนี้ครับ คุณชำระเงินทีหลังได้"))
    units = list(units_of([(faq, revision)]))
    assert [u.source for u in units] == ["How long?", faq.text.answer, "The order comes today.", "You pay later."]
    assert [u.target for u in units] == ["กี่วัน", revision.text.answer, "คำสั่งซื้อมาถึงวันนี้ครับ", "คุณชำระเงินทีหลังได้"]
    assert {(u.origin, u.actor, u.market, u.source_language) for u in units} == {
        (f"entry/{revision.id}", "malee", "th-TH", "en")
    }


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("One. Two.", "一。二。三。"),
        ("One sentence.", "一。二。"),
        ("One. Two.", "一。"),
        ("Pay now. You get the parcel after some days.", "现在付款，几天以后您就会收到包裹。谢谢。"),
    ],
    ids=["more", "split", "joined", "cut elsewhere"],
)
def test_sentences_without_their_like_are_no_units(source, target):
    assert [u.source for u in units_of([pair(("Q?", source), ("問？", target))])] == ["Q?", source]


def test_the_same_text_scores_100_however_it_is_encoded_or_spaced():
    assert only("A  refund\ntakes 7 days.", unit()) == (100.0, ())
    assert only("ทํา  อย่างไร", unit("ทำ อย่างไร", "how", "th"), language="th") == (100.0, ())


@pytest.mark.parametrize(
    ("text", "source", "language"),
    [
        ("a REFUND takes 7 days.", REFUND, "en"),
        ("A refund takes 7 days!", REFUND, "en"),
        ("退款需要7天", "退款需要7天。", "zh-CN"),
        ("คืนเงินใช้เวลา 7 วันค่ะ", "คืนเงินใช้เวลา 7 วันครับ", "th"),
    ],
)
def test_what_is_not_the_same_to_the_letter_is_never_100(text, source, language):
    score, penalties = only(text, unit(source, "x", language), language=language)
    assert 75 <= score <= ALMOST
    assert not penalties


@pytest.mark.parametrize(
    ("text", "source", "language", "penalty"),
    [
        ("A refund takes 9 days.", REFUND, "en", "facts differ"),
        ("การคืนเงินใช้เวลา 9 วัน", REFUND_TH, "th", "facts differ"),
        ("You can return this item now.", "You cannot return this item now.", "en", "negation differs"),
        ("คุณคืนสินค้าชิ้นนี้ได้แล้ว", "คุณคืนสินค้าชิ้นนี้ไม่ได้แล้ว", "th", "negation differs"),
        ("The buyer pays for sending it back to us.", "The seller pays for sending it back to us.", "en", "opposite words"),
        ("Hello {name}, here is your parcel.", "Hello {user}, here is your parcel.", "en", "placeholders or links differ"),
        ("Now see https://a.example/one again.", "Now see https://a.example/two again.", "en", "placeholders or links differ"),
    ],
)
def test_what_would_make_a_copied_target_false_costs_points(text, source, language, penalty):
    (match,) = TranslationMemory([unit(source, "x", language)]).match(text, language, least=50.0)
    assert match.penalties == (penalty,)
    assert match.score <= ALMOST - PENALTIES[penalty]


@pytest.mark.parametrize(
    ("known", "penalty"),
    [
        (unit(origin="agency.tmx"), "imported"),
        (unit(origin="retired/1"), "retired"),
        (unit(language="en-GB"), "other variant of the language"),
    ],
)
def test_an_origin_that_is_less_sure_costs_points(known, penalty):
    assert only(REFUND, known) == (100.0 - PENALTIES[penalty], (penalty,))


def test_a_retired_source_is_told_by_its_units():
    assert all(u.is_retired for u in units_of([pair(("Q?", "A."), ("ถาม", "ตอบ"), retired=True)]))


def test_of_several_translations_the_most_used_comes_first_then_the_newest():
    units = [unit(target=t) for t in ("คืนเงินใน 7 วัน", "คืนเงินใน 7 วัน", "เงินคืน 7 วัน", "7 วัน")]
    found = TranslationMemory(units).match(REFUND, "en")
    assert [m.unit.target for m in found] == ["คืนเงินใน 7 วัน", "7 วัน", "เงินคืน 7 วัน"]
    assert {(m.score, m.penalties) for m in found} == {(99.0, ("several translations",))}


def test_the_same_pair_from_a_file_and_from_an_entry_is_the_entrys():
    assert only(REFUND, unit(), unit(origin="agency.tmx")) == (100.0, ())


def test_another_language_and_too_little_likeness_are_not_offered():
    memory = TranslationMemory([unit(), unit("退款需要7天。", language="zh-CN")])
    assert [m.unit.source_language for m in memory.match("退款需要7天。", "zh-CN", least=0)] == ["zh-CN"]
    assert not memory.match("Where is my parcel?", "en")
    assert not memory.match("", "en")
    assert not memory.match(REFUND, "de")
    assert not TranslationMemory([]).match(REFUND, "en")


def test_limit_and_least_are_kept():
    memory = TranslationMemory([unit(f"A refund takes 7 {word}.", word) for word in ("days", "weeks", "months", "years")])
    assert [len(memory.match(REFUND, "en", limit=n, least=50)) for n in (0, 1, 2, 9)] == [0, 1, 2, 4]
    best, *rest = memory.match(REFUND, "en", limit=9, least=50)
    assert best.score == 100
    assert all(50 <= m.score <= 80 for m in rest)
    assert memory.match(REFUND, "en", limit=9, least=81) == (best,)


def test_one_other_word_in_five_is_eighty():
    assert only("one two three four six", unit("one two three four five"))[0] == 80.0


def test_a_better_unit_is_not_hidden_by_many_likelier_ones_that_are_penalised():
    others = [unit(f"A refund takes {n} days.", str(n)) for n in range(10, 60)]
    (best,) = TranslationMemory([unit("A refund always takes 7 days."), *others]).match(REFUND, "en", limit=1)
    assert (best.unit.source, best.penalties) == ("A refund always takes 7 days.", ())


_TEXTS = st.lists(st.text("ab 7ไม่ได้คืน退", min_size=1, max_size=12), min_size=1, max_size=8)


@given(_TEXTS, st.text("ab 7ไม่ได้คืน退", max_size=12), st.integers(1, 5), st.sampled_from([0.0, 50.0, 70.0, 100.0]))
def test_matches_are_in_order_within_bounds_and_always_the_same(sources, text, limit, least):
    units = [unit(source, str(n)) for n, source in enumerate(sources)]
    found = TranslationMemory(units).match(text, "en", limit, least)
    scores = [match.score for match in found]
    assert scores == sorted(scores, reverse=True)
    assert len(found) <= limit
    assert all(least <= score <= 100 for score in scores)
    assert found == TranslationMemory(units).match(text, "en", limit, least)
    same = any(comparison_key(text) == comparison_key(source) for source in sources)
    assert not (same and comparison_key(text) and least < 99) or scores[0] >= ALMOST
