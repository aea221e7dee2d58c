"""TMX 1.4b out and in again, to the letter."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from kb_pipeline.adapters.interchange.bilingual import read_blocks
from kb_pipeline.adapters.interchange.tmx import write_tmx
from kb_pipeline.domain.translation_memory import MemoryUnit
from kb_pipeline.errors import UsageError

LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def unit(source="A refund takes {n} days.", target="การคืนเงินใช้เวลา {n} วัน", **more) -> MemoryUnit:
    return MemoryUnit.model_validate(
        {"source": source, "target": target, "source_language": "en", "market": "th-TH", "origin": "entry/1"} | more
    )


def back(path: Path, source="en", target="th-TH") -> list[tuple[str, str, str]]:
    return [(b.source, b.target, b.place) for b in read_blocks(path, source, target, ("source", "target"))]


def test_a_file_says_what_a_translation_tool_asks_for(tmp_path):
    units = [unit(actor="มาลี"), unit("退款", "คืนเงิน", source_language="zh-CN", origin="agency.tmx")]
    assert write_tmx(tmp_path / "a.tmx", units) == 2
    root = etree.parse(tmp_path / "a.tmx").getroot()
    assert (root.tag, root.get("version")) == ("tmx", "1.4")
    wanted = {"creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype"}
    assert set(root.find("header").keys()) == wanted
    first, second = root.iter("tu")
    assert (first.get("tuid"), first.get("creationid"), second.get("creationid")) == (units[0].id, "มาลี", None)
    assert [prop.text for prop in root.iter("prop")] == ["entry/1", "agency.tmx"]
    assert [tuv.get(LANG) for tuv in second.iter("tuv")] == ["zh-CN", "th-TH"]
    assert back(tmp_path / "a.tmx", "zh") == [("退款", "คืนเงิน", units[1].id)]
    assert list(tmp_path.iterdir()) == [tmp_path / "a.tmx"]


_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\x00\x07\x1b\x7f\x85\ufffe\uffff\r\n\t\u202e\u2066\u200d\u2028<>&\"']{}่ำไม่"),
    ),
    min_size=1,
).filter(str.strip)


@given(st.lists(st.tuples(_TEXT, _TEXT), max_size=5))
@example([("\x00", "\x07a\x08"), ("a\r\nb\rc", " ไม่\u202e ได้ "), ("]]> <ph/> &amp;", "U+0007 {ph:1}")])
def test_every_text_comes_back_as_it_was(pairs):
    pairs = [(s, t) for s, t in pairs if s.strip() and t.strip()]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.tmx"
        units = [unit(source, target) for source, target in pairs]
        assert write_tmx(path, units) == len(units)
        assert back(path) == [(u.source, u.target, u.id) for u in units]


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot write"):
        write_tmx(tmp_path / "none" / "a.tmx", [unit()])


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path):
    def breaking():
        yield unit()
        raise ValueError

    path = tmp_path / "a.tmx"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(ValueError):
        write_tmx(path, breaking())
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["a.tmx"]  # noqa: PTH208
