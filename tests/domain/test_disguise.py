"""What a reader takes a text for, whatever it is written in."""

import pytest

from kb_pipeline.domain.disguise import run_together, undisguised


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("re&amp;#102;und", "refund"),
        ("ｒｅｆｕｎｄ", "refund"),
        ("𝐫𝐞𝐟𝐮𝐧𝐝 ⓝⓞⓦ", "refund now"),
        ("re\u200bfu\u00adnd", "refund"),
        ("r\u0435fund", "refund"),
        ("คำ\u200bสั่ง", "คำสั่ง"),
        ("пример και ελληνικά", "пример και ελληνικά"),
        ("Tom &amp; Ann", "Tom & Ann"),
        ("จำนวน ๑๒ น้ำ", "จำนวน ๑๒ น้ำ"),
    ],
)
def test_a_text_without_its_disguise(text: str, seen: str) -> None:
    assert undisguised(text) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("r e f u n d  now", "refund now"),
        ("r.e.f.u.n.d", "refund"),
        ("ค ำ สั่ ง นี้", "คำสั่งนี้"),
        ("退 款\n规 则", "退款规则"),
        ("a b and c", "a b and c"),
        ("two\nlines", "two lines"),
    ],
)
def test_letters_that_are_spaced_out_run_together(text: str, seen: str) -> None:
    assert run_together(text) == seen
