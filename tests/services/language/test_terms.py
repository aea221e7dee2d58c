"""A term base grows by what fits it; what contradicts it waits for a person."""

import pytest

from kb_pipeline.domain.markets import Term, TermStatus, UiString
from kb_pipeline.services.language.terms import accepted, candidates, label_conflicts, merge
from tests.steps.localize.test_term_candidates import OTHERS, TWICE

PREFERRED, ADMITTED, FORBIDDEN, KEEP = TermStatus


def term(source: str, target: str, status: TermStatus = PREFERRED, lang: str = "en") -> Term:
    return Term(source=source, target=target, status=status, source_lang=lang)


PRESENT = (term("order", "คำสั่งซื้อ"), term("order", "สั่งซื้อ", ADMITTED), term("order", "ออเดอร์", FORBIDDEN),
           term("Marigold", "Marigold", KEEP, ""))  # fmt: skip


@pytest.mark.parametrize(
    ("incoming", "becomes"),
    [
        (term("parcel", "พัสดุ"), "added"),
        (term("order", "การสั่งซื้อ", ADMITTED), "added"),
        (term("Order", "คำสั่งซื้อ"), "known"),
        (term("order", "ใบสั่ง"), "it is"),
        (term("order", "ออเดอร์"), "it is forbidden there"),
        (term("order", "คำสั่งซื้อ", FORBIDDEN), "it is preferred there"),
        (term("order", "ใบสั่ง", lang="zh-CN"), "added"),
        (term("Marigold", "ดาวเรือง"), "'Marigold' is do_not_translate there"),
    ],
)
def test_a_term_is_added_known_or_in_conflict(incoming: Term, becomes: str) -> None:
    merged = merge(PRESENT, (incoming,))
    if becomes in ("added", "known"):
        assert getattr(merged, becomes) == (incoming,)
        assert merged.conflicts == ()
    elif incoming.target == "ใบสั่ง":
        assert merged.conflicts[0].reason == "'คำสั่งซื้อ' is preferred there"
    else:
        assert merged.conflicts[0].reason == becomes


def test_two_terms_of_one_file_may_contradict_each_other() -> None:
    merged = merge((), (term("refund", "คืนเงิน"), term("refund", "เงินคืน"), term("refund", "คืนเงิน")))
    assert [len(merged.added), len(merged.known), len(merged.conflicts)] == [1, 1, 1]


def test_labels_that_the_term_base_renders_otherwise_are_named(thai) -> None:
    odd = UiString(key="x", source="refund", target="รีฟันด์", source_lang="en")
    market = thai.model_copy(update={"ui_strings": (*thai.ui_strings, odd)})
    assert [c.label.key for c in label_conflicts(market)][-1:] == ["x"]
    assert "คืนเงิน" in [t.target for t in label_conflicts(market)[-1].terms]


class _Edits:
    def edits(self, market: str):
        return (*TWICE, *OTHERS)


def test_candidates_that_the_term_base_has_are_not_proposed_again(thai) -> None:
    empty = thai.model_copy(update={"terms": ()})
    (found,) = candidates(_Edits(), empty)
    rows = accepted((found,), "somchai")
    assert [(r.source, r.target, r.status) for r in rows] == [
        ("order", "คำสั่งซื้อ", PREFERRED), ("order", "ออเดอร์", FORBIDDEN),
    ]  # fmt: skip
    assert rows[0].note == "2 edits; accepted by somchai"
    assert candidates(_Edits(), empty.model_copy(update={"terms": rows})) == ()
    assert candidates(_Edits(), thai) == ()
