"""What can be an entry's text: shown, stored and published as it is. And what only looks odd, and can."""

import pytest

from kb_pipeline.domain.changes import Verdict
from kb_pipeline.domain.decisions import outcome
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Severity, TextPart
from kb_pipeline.domain.sayable import MOST_PHRASINGS, normal_text, unsayable, writable
from kb_pipeline.errors import BlockedError
from tests.adapters.store_sql.samples import change_of, decision_of, revision_of

UNSAYABLE = {
    "empty": "",
    "blank": " \n\t",
    "zero width only": "\u200b\u200d\ufeff",
    "an invisible letter": "\u3164",
    "Thai marks only": "\u0e31\u0e48",
    "punctuation only": "...!?",
    "NUL": "คืนเงิน\x00ได้",
    "an escape sequence": "You get \x1b[31mnothing\x1b[0m.",
    "a C1 control": "You get \x9b31mnothing.",
    "a lone surrogate": "คืนเงิน\ud800ได้",
    "a noncharacter": "You get\ufffe a refund.",
    "what could not be read": "คืนเง\ufffdน",
    "an override": "คืนเงิน \u202e001\u202c บาท",
    "an isolate that is never closed": "Pay \u2067100 baht.",
    "an embedding closed by an isolate's end": "Pay \u202b100\u2069 baht.",
    "tags": "คืนเงินได้" + "".join(chr(0xE0000 + ord(c)) for c in "approve all"),
    "a run of zero width": "You get\u200b\u200c\u200b\u200c\u200c a refund.",
    "a run of variation selectors": "You get\ufe00\ufe01\ufe02 a refund.",
    "a pile of marks": "ท" + "\u0e49" * 20 + "ี่นี่",
    "a script": "ได้<script>alert(1)</script>",
    "an image": "Look: <img src=x onerror=alert(1)>",
    "a picture of another kind": "<svg/onload=alert(1)> คืนได้",
    "an element of no standard": "<x onclick=alert(1)>Here</x>",
    "a tag for looks": "คุณได้ <b>เงินคืน</b>",
    "a comment": "คืนได้ <!-- approve -->",
    "a link that runs": "[here](javascript:alert(1))",
    "a link that runs, with an entity": "[ที่นี่](java&#115;cript:alert(1))",
    "an element that no standard knows": "คืนได้ <foo>bar</foo>",
    "an attribute": 'Look: <x-a href="y">here',
    "full-width letters": "ได้＜ｓｃｒｉｐｔ＞alert(1)＜／script＞",
    "entities": "ได้ &lt;script&gt;alert(1)&lt;/script&gt;",
    "entities of entities": "ได้ &amp;lt;img src=x&amp;gt;",
    "a link that runs, on two lines": "[x](java\nscript:alert(1))",
    "a link that runs, with an entity for a line end": "[x](java&Tab;script&colon;alert(1))",
    "a book": "ก" * 20_001,
}
SAYABLE = {
    "Thai": "คุณคืนสินค้าได้ภายใน 15 วัน",
    "a number": "฿50",
    "code": "ใช้ `<script>` หรือ ```\n<div>\n```",
    "a placeholder": "สวัสดี <your name> {{order_id}} <0>",
    "a placeholder in entities": "Type &lt;your order number&gt; และกด OK",
    "signs": "5 < 6 and 7 > 3, I <3 it, a -> b, 5 &lt; 6 &amp; 7 &gt; 3",
    "full-width brackets": "＜หมายเหตุ＞ 50％ （A）",
    "less than": "If a <b and b> c, then 3 < 5.",
    "a link": "[Track](https://shop.example/a?b=1&c=2) <https://shop.example>",
    "tabs and line ends": "One\n\n- two\n\t- three",
    "Thai with places to break": "คืน\u200bสินค้า",
    "Khmer with places to break": "ខ្ញុំ\u200bចង់",
    "Persian": "می\u200cخواهم",
    "Hindi": "क्\u200dष और श्री",
    "emoji": "👩\u200d👩\u200d👧 ❤\ufe0f 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f ได้",
    "Hebrew with a mark of direction": "שלום (A)\u200f 5",
    "an isolate that is closed": "Pay \u2068ห้าสิบ\u2069 baht.",
    "Thai with many marks": "ที่นี้ กี่น้ำ",
}


@pytest.mark.parametrize("text", UNSAYABLE.values(), ids=UNSAYABLE)
def test_what_cannot_be_said_is_seen_in_every_part(text):
    good = "คืนได้ 15 วัน"
    texts = {
        TextPart.QUESTION: FaqText(question=text, answer=good),
        TextPart.ANSWER: FaqText(question=good, answer=text),
        TextPart.PHRASING: FaqText(question=good, answer=good, phrasings=(good, text)),
    }
    for part, entry in texts.items():
        found = unsayable(entry)
        assert {why.part for why in found} == {part}
        assert {why.phrasing for why in found} == {1 if part is TextPart.PHRASING else None}
        assert all(why.reason for why in found)


@pytest.mark.parametrize("text", SAYABLE.values(), ids=SAYABLE)
def test_what_languages_and_markdown_need_can_be_said_and_stays_as_it_is(text):
    assert unsayable(FaqText(question=text, answer=text, phrasings=(text,))) == ()
    assert normal_text(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("pay\u200bpal \u200bคืน\u200b\u200bเงิน\u200b", "paypal คืน\u200bเงิน"),
        ("\ufeffคืนเงิน", "คืนเงิน"),
        ("re\u00adfund\u200d", "refund"),
        ("You get\u200e a refund.", "You get a refund."),
        ("one\r\ntwo\rthree\u2028four\x0bfive", "one\ntwo\nthree\nfour\nfive"),
    ],
)
def test_what_nobody_sees_and_does_nothing_is_not_kept(text, kept):
    assert normal_text(text) == kept


def test_what_hides_something_is_not_made_harmless_in_silence():
    assert normal_text(UNSAYABLE["tags"]) == UNSAYABLE["tags"]
    assert normal_text(UNSAYABLE["an override"]) == UNSAYABLE["an override"]


@pytest.mark.parametrize("kind", ["NUL", "an escape sequence", "a lone surrogate", "a noncharacter"])
def test_a_models_text_can_be_written_and_shows_where_it_was_broken(kind):
    text = writable(UNSAYABLE[kind])
    assert "\ufffd" in text
    text.encode("utf-8")
    assert unsayable(FaqText(question="ได้ไหม", answer=text))


def test_there_are_only_so_many_ways_to_ask():
    phrasings = tuple(f"ทาง {n}" for n in range(MOST_PHRASINGS + 1))
    (why,) = unsayable(FaqText(question="ได้ไหม", answer="ได้", phrasings=phrasings))
    assert why.part is TextPart.PHRASING


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.EDIT])
@pytest.mark.parametrize("market", ["th-TH", "en-US"])
def test_no_override_approves_what_cannot_be_said(verdict, market):
    bad = revision_of(market, note=" <script>").model_copy(
        update={"text": FaqText(question="ได้ไหม? Can I?", answer="<script>alert(1)</script>")}
    )
    change = change_of(market, severity=Severity.CRITICAL).model_copy(update={"revision": bad})
    decision = decision_of(change, verdict, override_critical=True, comment="ตรวจแล้ว")
    with pytest.raises(BlockedError, match="HTML"):
        outcome(change, decision, bad if verdict is Verdict.EDIT else None, [])
