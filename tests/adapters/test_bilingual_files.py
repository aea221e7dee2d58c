"""Every format yields the same blocks; broken and hostile files are told by name and place."""

import pytest

from kb_pipeline.adapters.bilingual_files import Block, read_blocks
from kb_pipeline.errors import UsageError

TMX = """<?xml version="1.0"?><tmx version="1.4"><header/><body>
<tu tuid="a"><tuv xml:lang="en-US"><seg>Pay <ph x="1"/> now</seg></tuv>
<tuv xml:lang="th-TH"><seg>จ่าย <ph x="1"/></seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Alone</seg></tuv></tu></body></tmx>"""
XLIFF_1 = """<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"><file><body>
<trans-unit id="a"><source>Pay <x id="1"/> now</source><target>จ่าย <x id="1"/></target></trans-unit>
<trans-unit id="b"><source>Untranslated</source></trans-unit></body></file></xliff>"""
XLIFF_2 = """<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="th"><file id="f">
<unit id="a">
<segment><source>Pay <ph id="1"/> now</source><target>จ่าย <ph id="1"/></target></segment></unit></file></xliff>"""
PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Pay {x} now"
msgstr "จ่าย {x}"

msgid "Later"
msgstr ""
"""


def read(tmp_path, name, text, fields=("source", "target")):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return list(read_blocks(file, "en", "th-TH", fields))


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.jsonl", '{"source": "Pay {x} now", "target": "จ่าย {x}"}\n{"source": "Later", "target": ""}\n', "line 1"),
        ("a.csv", "source,target\nPay {x} now,จ่าย {x}\nLater,\n", "line 2"),
        ("a.tsv", "source\ttarget\nPay {x} now\tจ่าย {x}\n", "line 2"),
        ("a.po", PO, "line 4"),
    ],
)
def test_rows_and_catalogs_yield_blocks_with_both_texts(tmp_path, name, text, place):
    assert read(tmp_path, name, text) == [Block(source="Pay {x} now", target="จ่าย {x}", place=place)]


@pytest.mark.parametrize(
    ("name", "text", "mark"), [("a.tmx", TMX, "{ph:1}"), ("a.xlf", XLIFF_1, "{x:1}"), ("a.xliff", XLIFF_2, "{ph:1}")]
)
def test_inline_tags_become_placeholders_on_both_sides(tmp_path, name, text, mark):
    assert read(tmp_path, name, text) == [Block(source=f"Pay {mark} now", target=f"จ่าย {mark}", place="a")]


def test_other_columns_are_named_by_the_caller(tmp_path):
    assert read(tmp_path, "a.csv", "en,th\nYes,ใช่\n", ("en", "th")) == [Block(source="Yes", target="ใช่", place="line 2")]


def test_an_entity_that_would_read_a_file_stays_what_it_is(tmp_path):
    (tmp_path / "secret").write_text("TOP SECRET", encoding="utf-8")
    hostile = f'<!DOCTYPE t [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>' + XLIFF_1.replace("จ่าย ", "จ่าย &e;")
    assert "SECRET" not in str(read(tmp_path, "a.xlf", hostile))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.jsonl", "{", "line 1"),
        ("a.jsonl", "[1]", "no object"),
        ("a.csv", "en,th\nYes,ใช่\n", "no 'source'"),
        ("a.csv", 'source,target\n"open,x\n', "no CSV"),
        ("a.tmx", "<tmx>", "no XML"),
        ("a.po", "msgid broken", "no PO file"),
        ("a.docx", "", "no known format"),
    ],
)
def test_a_broken_file_is_told_with_its_place(tmp_path, name, text, said):
    with pytest.raises(UsageError, match=said) as told:
        read(tmp_path, name, text)
    assert told.value.remedy


def test_a_missing_and_a_foreign_encoding(tmp_path):
    with pytest.raises(UsageError, match="no file"):
        list(read_blocks(tmp_path / "none.csv", "en", "th-TH", ("source", "target")))
    (tmp_path / "a.csv").write_bytes("source,target\nYes,ใช่".encode("tis-620"))
    with pytest.raises(UsageError, match="UTF-8"):
        list(read_blocks(tmp_path / "a.csv", "en", "th-TH", ("source", "target")))
