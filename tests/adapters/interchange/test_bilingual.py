"""Every format yields the same blocks, one at a time; broken and hostile files are told by name and place."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb_pipeline.adapters.interchange.bilingual import AlignedBlock, read_blocks
from kb_pipeline.adapters.interchange.tables import LONGEST_LINE, read_table
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
    assert read(tmp_path, name, text) == [AlignedBlock(source="Pay {x} now", target="จ่าย {x}", place=place)]


@pytest.mark.parametrize(
    ("name", "text", "mark"), [("a.tmx", TMX, "{ph:1}"), ("a.xlf", XLIFF_1, "{x:1}"), ("a.xliff", XLIFF_2, "{ph:1}")]
)
def test_inline_tags_become_placeholders_on_both_sides(tmp_path, name, text, mark):
    assert read(tmp_path, name, text) == [AlignedBlock(source=f"Pay {mark} now", target=f"จ่าย {mark}", place="a")]


def test_other_columns_are_named_by_the_caller(tmp_path):
    assert read(tmp_path, "a.csv", "en,th\nYes,ใช่\n", ("en", "th")) == [AlignedBlock(source="Yes", target="ใช่", place="line 2")]


def test_an_entity_that_would_read_a_file_stays_what_it_is(tmp_path):
    (tmp_path / "secret").write_text("TOP SECRET", encoding="utf-8")
    hostile = f'<!DOCTYPE t [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>' + XLIFF_1.replace("จ่าย ", "จ่าย &e;")
    assert "SECRET" not in str(read(tmp_path, "a.xlf", hostile))


@pytest.mark.parametrize(
    ("name", "text", "message"),
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
def test_a_broken_file_is_told_with_its_place(tmp_path, name, text, message):
    with pytest.raises(UsageError, match=message) as refused:
        read(tmp_path, name, text)
    assert refused.value.remedy


def test_a_missing_and_a_foreign_encoding(tmp_path):
    with pytest.raises(UsageError, match="no file"):
        list(read_blocks(tmp_path / "none.csv", "en", "th-TH", ("source", "target")))
    (tmp_path / "a.csv").write_bytes("source,target\nYes,ใช่".encode("tis-620"))
    with pytest.raises(UsageError, match="UTF-8"):
        list(read_blocks(tmp_path / "a.csv", "en", "th-TH", ("source", "target")))


def in_format(kind: str, count: int) -> str:
    """A file of `count` blocks, about 150 bytes each."""
    source, target = "Pay {x} now, please. " * 2, "กรุณาจ่าย {x} ตอนนี้ " * 2
    blocks = {
        "jsonl": json.dumps({"source": source, "target": target}, ensure_ascii=False) + "\n",
        "csv": f'"{source}","{target}"\n',
        "tmx": f"<tu><tuv xml:lang='en'><seg>{source}</seg></tuv><tuv xml:lang='th'><seg>{target}</seg></tuv></tu>",
        "xlf": f"<trans-unit id='a'><source>{source}</source><target>{target}</target></trans-unit>",
        "xliff": f"<unit id='a'><notes/><segment><source>{source}</source><target>{target}</target></segment></unit>",
    }
    around = {
        "csv": ("source,target\n", ""),
        "tmx": ("<tmx><header/><body>", "</body></tmx>"),
        "xlf": ("<xliff><file><body><group>", "</group></body></file></xliff>"),
        "xliff": ("<xliff><file id='f'>", "</file></xliff>"),
    }
    if kind == "po":
        return "\n".join(f'msgid "{n} {source}"\nmsgstr "{n} {target}"\n' for n in range(count))
    first, last = around.get(kind, ("", ""))
    return f"{first}{blocks[kind] * count}{last}"


@pytest.mark.parametrize("kind", ["jsonl", "csv", "tmx", "xlf", "xliff", "po"])
def test_the_first_block_is_there_before_the_file_is_read(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    path.write_text(in_format(kind, 5000), encoding="utf-8")
    files = []

    def opened(path):
        files.append(path.open("rb"))
        return files[0]

    blocks = read_blocks(path, "en", "th-TH", ("source", "target"), opened)
    next(blocks)
    assert files[0].tell() < path.stat().st_size / 2
    assert len(list(blocks)) == 4999
    assert files[0].closed


_PEAK = """
import sys
from pathlib import Path
from kb_pipeline.adapters.interchange.bilingual import read_blocks
count = sum(1 for _ in read_blocks(Path(sys.argv[1]), "en", "th-TH", ("source", "target")))
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(count, int(status["VmHWM"].split()[0]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("kind", ["jsonl", "tmx", "xlf", "xliff", "po"])
def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path, kind):
    peaks = []
    for count in (1_000, 40_000):  # the long one: 9 to 13 MB
        path = tmp_path / f"{count}.{kind}"
        path.write_text(in_format(kind, count), encoding="utf-8")
        done = subprocess.run([sys.executable, "-c", _PEAK, str(path)], capture_output=True, text=True, check=True)
        read, peak = map(int, done.stdout.split())
        assert read == count
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 3, peaks  # MB; kept elements alone, emptied, would be 4


def test_a_line_without_an_end_is_refused(tmp_path):
    with pytest.raises(UsageError, match="line 1 has 10,000,000 characters"):
        read(tmp_path, "a.jsonl", '{"source": "' + "a" * LONGEST_LINE)


def test_a_line_break_inside_a_text_is_no_new_row(tmp_path):
    (block,) = read(tmp_path, "a.jsonl", '{"source": "a\u2028b\x85c", "target": "ก\u2028ข"}')
    assert (block.source, block.place) == ("a\u2028b\x85c", "line 1")


def test_half_of_a_character_becomes_the_sign_for_an_unknown_one(tmp_path):
    (block,) = read(tmp_path, "a.jsonl", r'{"source": "Hi \ud83d", "target": "\ud83d\ude00 หวัดดี"}')
    assert (block.source, block.target) == ("Hi \ufffd", "😀 หวัดดี")


def test_a_long_catalog_is_told_by_its_own_lines_and_in_its_own_character_set(tmp_path):
    entries = [f'# note\nmsgctxt "{n}"\nmsgid "Pay {n}"\n\nmsgstr ""\n"จ่าย {n}"\n' for n in range(900)]
    text = "\n".join(['# somebody\n\nmsgid ""\nmsgstr "Content-Type: text/plain; charset=TIS-620\\n"\n', *entries])
    (tmp_path / "a.po").write_bytes(text.encode("tis-620"))
    blocks = list(read_blocks(tmp_path / "a.po", "en", "th-TH", ("source", "target")))
    assert [(b.source, b.target) for b in blocks] == [(f"Pay {n}", f"จ่าย {n}") for n in range(900)]
    lines = text.split("\n")
    assert all(lines[int(b.place.split()[1]) - 1] == f'msgid "{b.source}"' for b in blocks)


def test_plural_forms_are_blocks_of_their_own_and_fuzzy_ones_are_none(tmp_path):
    more = 'msgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] "{n} วัน"\n\n#, fuzzy\nmsgid "Now"\nmsgstr "ตอนนี้"\n'
    blocks = read(tmp_path, "a.po", f"{PO}\n{more}".replace("UTF-8\\n", "UTF-8\\nPlural-Forms: nplurals=1; plural=0;\\n"))
    assert [(b.source, b.target) for b in blocks] == [("Pay {x} now", "จ่าย {x}"), ("{n} days", "{n} วัน")]


def test_the_only_form_of_a_language_is_held_against_the_plural(tmp_path):
    more = 'msgid "One day"\nmsgid_plural "{n} days"\nmsgstr[0] "{n} วัน"\n'
    head = PO.replace("UTF-8\\n", "UTF-8\\nPlural-Forms: nplurals=1; plural=0;\\n")
    assert [b.source for b in read(tmp_path, "a.po", f"{head}\n{more}")][-1] == "{n} days"


def test_both_forms_of_a_language_are_held_against_the_source_s_own(tmp_path):
    more = 'msgid "One day"\nmsgid_plural "{n} days"\nmsgstr[0] "Ein Tag"\nmsgstr[1] "{n} Tage"\n'
    assert [b.source for b in read(tmp_path, "a.po", f"{PO}\n{more}")][-2:] == ["One day", "{n} days"]


def test_entities_that_multiply_are_refused_at_once(tmp_path):
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    began = time.perf_counter()
    with pytest.raises(UsageError, match="entity"):
        read(tmp_path, "a.tmx", f"<!DOCTYPE tmx [{bomb}]>" + TMX.split("?>")[1].replace("Pay ", "Pay &e11;"))
    assert time.perf_counter() - began < 2


def test_one_text_is_no_translation_of_itself(tmp_path):
    (tmp_path / "a.tmx").write_text(TMX, encoding="utf-8")
    assert not list(read_blocks(tmp_path / "a.tmx", "en", "en-GB", ("source", "target")))


CATALOG = """msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "{n} วัน"

msgid "Hello"
msgstr "สวัสดี"
"""


@pytest.mark.parametrize(
    "field",
    [
        "Plural-Forms: nplurals=100000000; plural=0;",
        "Plural-Forms: nplurals=-1; plural=(((((;",
        "POT-Creation-Date: yesterday",
        "Language: ไม่มี",
    ],
)
def test_of_a_catalogs_header_only_the_character_set_counts(tmp_path, field):
    head = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"{field}\\n"\n\n'
    began = time.monotonic()
    blocks = read(tmp_path, "a.po", head + CATALOG)
    assert [(block.source, block.target) for block in blocks] == [("{n} days", "{n} วัน"), ("Hello", "สวัสดี")]
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("name", ["klingon-9", "zlib", "base64", "idna", "unicode-escape", "utf-8\\0"])
def test_what_is_no_character_set_is_told(tmp_path, name):
    with pytest.raises(UsageError, match="is no PO file, near line"):
        read(tmp_path, "a.po", f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset={name}\\n"\n\n{CATALOG}')


@pytest.mark.parametrize("text", ["a \\ud800 b", "คืน \\udfff"])
def test_no_row_of_json_has_half_of_a_character_wherever_it_stands(tmp_path, text):
    row = f'{{"question": "{text}", "answer": "y", "phrasings": ["{text}"], "more": {{"{text}": "{text}"}}}}\n'
    (tmp_path / "entries.jsonl").write_text(row, encoding="utf-8")
    ((_, found),) = read_table(tmp_path / "entries.jsonl")
    assert "\ufffd" in json.dumps(found, ensure_ascii=False)
    assert str(found).encode("utf-8")


def test_a_row_of_csv_without_an_end_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("source,target\n" + "a," * (LONGEST_LINE // 2 + 1), encoding="utf-8")
    with pytest.raises(UsageError, match="line 2 has 10,000,000 characters or more"):
        list(read_blocks(tmp_path / "a.csv", "en", "th-TH", ("source", "target")))
