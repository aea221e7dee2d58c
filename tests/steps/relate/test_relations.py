"""Relations of candidates: every decision shows its twin, its scores, and what kept it from being a duplicate."""

from itertools import count

import numpy as np
import pytest

from kb_pipeline.domain.changes import Relation, RelationKind
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.steps.language.negation import negations
from kb_pipeline.steps.language.opposites import opposed, verdict
from kb_pipeline.steps.relate.compared import ComparedEntry
from kb_pipeline.steps.relate.decision import Thresholds, decide
from kb_pipeline.steps.relate.relations import compare_texts, contradiction, relate

NAMES = count()


def candidate(
    question: str, answer: str, language: str = "en", *, near: float = 1.0, alike: float = 1.0, **ids: str
) -> ComparedEntry:
    """A text whose vectors have the cosines `near` and `alike` with those of any text made with 1.0."""
    own = 2 + next(NAMES) % 300

    def vector(cosine: float) -> np.ndarray:
        row = np.zeros(302, np.float32)
        row[0], row[own] = cosine, (1 - cosine**2) ** 0.5
        return row

    return ComparedEntry(
        id=ids.get("id", question + answer),
        source_faq_id=ids.get("source"),
        language=language,
        text=FaqText(question=question, answer=answer),
        question_vectors=vector(near)[None],
        answer_vector=vector(alike),
    )


def compare_pair(one: ComparedEntry, other: ComparedEntry) -> Relation:
    """The relation of one text where there is only the other."""
    return relate([one], [other])[one.id]


PAIRS = [
    ("en", "How long do refunds take?", "Within 7 days.", "Within 15 days."),
    ("th", "คืนเงินใช้เวลากี่วัน", "ภายใน 7 วัน", "ภายใน 15 วัน"),
    ("zh-CN", "退款需要多久？", "7天内。", "15天内。"),
]


@pytest.mark.parametrize(("language", "question", "answer", "other"), PAIRS)
def test_the_same_question_and_answer_is_a_duplicate(language: str, question: str, answer: str, other: str) -> None:
    first = candidate(question, answer, language, id="old")
    relation = compare_pair(candidate(question, answer, language, id="new", near=0.97, alike=0.95), first)
    assert (relation.kind, relation.twin_id, relation.guards) == (RelationKind.DUPLICATE, "old", ())
    assert relation.scores["question"] == pytest.approx(0.97, abs=0.01)


@pytest.mark.parametrize(("language", "question", "answer", "other"), PAIRS)
def test_the_same_question_with_other_facts_is_contradictory(language: str, question: str, answer: str, other: str) -> None:
    relation = compare_pair(candidate(question, other, language, near=0.97), candidate(question, answer, language))
    assert relation.kind is RelationKind.CONTRADICTORY
    assert "15" in relation.guards[0]
    assert "7" in relation.guards[0]


@pytest.mark.parametrize(
    ("language", "question", "other"),
    [
        ("en", "How do buyers open a dispute?", "How do sellers open a dispute?"),
        ("th", "ผู้ซื้อเปิดข้อพิพาทอย่างไร", "ผู้ขายเปิดข้อพิพาทอย่างไร"),
        ("zh", "买家怎样申请？", "卖家怎样申请？"),
        ("de", "Wie hole ich eine Sendung ab?", "Wie gebe ich eine Sendung auf?"),
        ("en", "Can I cancel before dispatch?", "Can I cancel after dispatch?"),
        ("en", "Why can I pay by card?", "Why can't I pay by card?"),
        ("th", "ทำไมจ่ายด้วยบัตรได้", "ทำไมจ่ายด้วยบัตรไม่ได้"),
        ("en", "Can I return a lamp?", "Can I return a carpet?"),
        ("th", "คืนโคมไฟได้ไหม", "คืนพรมได้ไหม"),
        ("ja", "ランプは返品できますか", "カーペットは返品できますか"),
        ("en", "How do I charge the Orbit S7?", "How do I charge the Orbit S9?"),
        ("en", "What does tariff C cover?", "What does tariff D cover?"),
        ("th", "แพ็กเกจ C คุ้มครองอะไรบ้าง", "แพ็กเกจ D คุ้มครองอะไรบ้าง"),
        ("en", "Where is gate 4?", "Where is gate 5?"),
        ("en", "What happens after 2 days?", "What happens after 2 hours?"),
    ],
)
def test_questions_that_differ_in_a_word_name_or_commitment_are_never_duplicates(language, question, other) -> None:
    relation = compare_pair(candidate(question, "x", language, near=0.99), candidate(other, "x", language))
    assert relation.kind is RelationKind.COMPLEMENTARY
    assert relation.guards[0].startswith("the questions differ: ")
    assert {found.part for found in relation.discrepancies} == {"question"}


@pytest.mark.parametrize(
    ("language", "question", "other", "answer"),
    [
        ("en", "How do I send my lamp back?", "How can I return a lamp?", "Print the label."),
        ("th", "ขอคืนเงินต้องทำยังไง", "วิธีขอเงินคืน", "แตะขอคืนเงิน"),
        ("de", "Wie schicke ich die Lampe zurück?", "Wie kann ich die Lampe zurückgeben?", "Drucken Sie das Etikett."),
        ("ja", "返金の方法を教えてください", "払い戻しはどうすればいいですか", "「返金」をタップします。"),
        ("zh", "怎么退款？", "如何退钱？", "点击退款。"),
    ],
)
def test_the_same_question_in_other_words_is_a_duplicate(language: str, question: str, other: str, answer: str) -> None:
    relation = compare_pair(candidate(question, answer, language, near=0.9), candidate(other, answer, language))
    assert (relation.kind, relation.discrepancies) == (RelationKind.DUPLICATE, ())


@pytest.mark.parametrize(
    ("language", "question", "answer", "other", "shown"),
    [
        ("en", "How many files may I add?", "Up to 4 files.", "At least 4 files.", "at most 4 / at least 4"),
        ("th", "เพิ่มไฟล์ได้กี่ไฟล์", "ไม่เกิน 4 ไฟล์", "อย่างน้อย 4 ไฟล์", "at most 4 / at least 4"),
        ("en", "Who signs the form?", "The buyer signs the form.", "The seller signs the form.", "buyer / seller"),
        ("de", "Wer unterschreibt?", "Der Käufer unterschreibt.", "Der Verkäufer unterschreibt.", "buyer / seller"),
        ("ja", "誰が署名しますか", "購入者が署名します。", "出品者が署名します。", "buyer / seller"),
    ],
)
def test_answers_that_bind_to_something_else_are_contradictory_and_say_in_what(
    language, question, answer, other, shown
) -> None:
    relation = compare_pair(candidate(question, answer, language), candidate(question, other, language))
    assert relation.kind is RelationKind.CONTRADICTORY
    assert f"the answers differ: {shown}" in relation.guards


def test_an_answer_with_another_word_is_no_duplicate() -> None:
    one = candidate("How do I restart the lamp?", "Hold the left knob.")
    relation = compare_pair(candidate("How do I restart the lamp?", "Hold the right knob.", near=0.99), one)
    assert (relation.kind, relation.guards) == (RelationKind.COMPLEMENTARY, ("the answers differ: right / left",))


def test_thresholds_move_without_another_comparison() -> None:
    found = compare_texts(candidate("How do I pay?", "By card."), candidate("How can I pay?", "By card.", near=0.9))
    kinds = [decide(found, Thresholds(same=same)) for same in (0.85, 0.95)]
    assert kinds == [RelationKind.DUPLICATE, RelationKind.NEW]
    assert found.turned().turned() == found


def test_the_strongest_is_the_twin_and_the_others_are_kept() -> None:
    others = [
        candidate("How long does a refund take?", "A refund takes 7 days.", id="same"),
        candidate("How long does a refund take?", "A refund takes 9 days.", id="other", near=0.98),
        candidate("How do I get a refund for a lamp?", "Ask us.", id="like", near=0.95),
    ]
    relation = relate([candidate("How long does a refund take?", "A refund takes 7 days.", id="new")], others)["new"]
    assert (relation.kind, relation.twin_id) == (RelationKind.CONTRADICTORY, "other")
    assert [rival.twin_id for rival in relation.rivals] == ["same", "like"]
    assert relation.rivals[1].discrepancies


@pytest.mark.parametrize(
    ("language", "question", "yes", "no"),
    [("en", "Can I pay by card?", "Yes, you can.", "No, you cannot."), ("th", "จ่ายด้วยบัตรได้ไหม", "ได้ จ่ายได้เลย", "ไม่ได้ จ่ายไม่ได้")],
)
def test_yes_and_no_to_one_question_are_contradictory(language: str, question: str, yes: str, no: str) -> None:
    relation = compare_pair(candidate(question, no, language, near=0.98), candidate(question, yes, language))
    assert relation.kind is RelationKind.CONTRADICTORY


def test_more_facts_or_another_answer_is_complementary() -> None:
    old = candidate("How long do refunds take?", "They take a while.")
    more = candidate("How long do refunds take?", "They take 7 days.", near=0.97)
    other = candidate("How long do refunds take?", "It depends.", near=0.97, alike=0.5)
    assert [compare_pair(new, old).kind for new in (more, other)] == [RelationKind.COMPLEMENTARY] * 2


def test_a_far_question_is_new() -> None:
    result = relate([candidate("Where is my parcel?", "On its way.", near=0.5)], [candidate("How do I pay?", "By card.")])
    (relation,) = result.values()
    assert (relation.kind, relation.twin_id) == (RelationKind.NEW, None)
    assert relation.scores == {}  # it was not worth comparing


def test_a_text_with_an_entry_of_its_own_is_its_update() -> None:
    old = candidate("How do I pay?", "By card.", id="entry", source="faq")
    new = candidate("How do I pay?", "By card or cash.", id="entry", source="faq")
    assert relate([new], [old])["entry"].kind is RelationKind.UPDATE


def test_within_a_batch_the_later_one_repeats_the_first() -> None:
    batch = [candidate("How do I pay?", "By card.", id=name) for name in "abc"]
    relations = relate(batch, [])
    assert [(r.kind.value, r.twin_id) for r in relations.values()] == [("new", None), ("duplicate", "a"), ("duplicate", "a")]


def test_an_update_that_contradicts_another_entry_says_so_first() -> None:
    own = candidate("How long do refunds take?", "They take 7 days.", id="own", source="faq")
    rival = candidate("How long does a refund take?", "A refund takes 7 days.", id="rival", near=0.99)
    new = candidate("How long do refunds take?", "They take 15 days.", id="own", source="faq", near=0.99)
    relation = relate([new], [own, rival])["own"]
    assert (relation.kind, relation.twin_id) == (RelationKind.CONTRADICTORY, "rival")


def test_texts_that_are_replaced_together_are_not_compared_with_what_they_replace() -> None:
    old = [
        candidate("How long does a refund take?", "7 days.", id=name, source=name, near=near)
        for name, near in (("a", 1), ("b", 0.99))
    ]
    new = [
        candidate("How long does a refund take?", "15 days.", id=name, source=name, near=near)
        for name, near in (("a", 1), ("b", 0.99))
    ]
    assert {relation.kind for relation in relate(new, old).values()} == {RelationKind.UPDATE}


def test_nothing_to_compare_is_nothing() -> None:
    assert relate([], []) == {}


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("You cannot", "en", 1),
        ("Don't", "en", 1),
        ("คืนไม่ได้", "th", 1),
        ("คืนได้หรือไม่", "th", 0),
        ("不能退", "zh", 1),
        ("能不能退", "zh", 0),
    ],
)
def test_negations_are_told_from_questions(text: str, language: str, expected: int) -> None:
    assert negations(text, language) == expected


def test_words_of_polarity() -> None:
    assert opposed("The buyer pays the seller", "The seller pays the buyer", "en") == "buyer/seller"
    assert opposed("ก่อนจัดส่ง", "ก่อนจัดส่งพัสดุ", "th") is None
    assert (verdict("No, never.", "en"), verdict("ได้ครับ", "th"), verdict("Open the app.", "en")) == (False, True, None)


@pytest.mark.parametrize(
    ("language", "question", "answer", "other"),
    [
        ("en", "How long does a refund take?", "A refund takes 7 days.", "A refund takes 15 days."),
        ("th", "การคืนเงินใช้เวลากี่วัน", "การคืนเงินใช้เวลา 7 วัน", "การคืนเงินใช้เวลา 15 วัน"),
        ("ja", "送料はいくらですか", "送料は550円です。", "送料は880円です。"),
        ("de", "Was kostet der Versand?", "Der Versand kostet 3,95 €.", "Der Versand kostet 7,95 €."),
    ],
)
def test_two_answers_to_surely_one_question_contradict_in_hard_facts_only(language, question, answer, other) -> None:
    one, two = candidate(question, answer, language, id="1"), candidate(question, other, language, id="2", near=0.99)
    assert "/" in contradiction(one, two)
    assert bool(contradiction(two, one)) is bool(contradiction(one, two))
    assert not contradiction(one, candidate(question, answer, language, id="3"))
    another = candidate("Where is my parcel?", other, language, id="4", near=0.5)
    assert not contradiction(one, another)


def test_questions_about_other_amounts_do_not_contradict() -> None:
    one = candidate("What happens within 7 days?", "You get $5.", id="1")
    assert not contradiction(one, candidate("What happens within 15 days?", "You get $9.", id="2", near=0.99))
