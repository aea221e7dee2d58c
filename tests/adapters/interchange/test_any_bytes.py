"""Whatever a file from outside holds, it is rows or a named error with a remedy: never a traceback, and never much memory."""

import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb_pipeline.adapters.interchange.bilingual import read_blocks
from kb_pipeline.adapters.interchange.entries import read_entries
from kb_pipeline.adapters.interchange.tables import read_table
from kb_pipeline.adapters.interchange.terms import read_terms_file
from kb_pipeline.domain.markets import TermStatus
from kb_pipeline.errors import UsageError

MOST = 32_000_000  # bytes that reading a file of a few kilobytes may take

COMMON = [
    b"\n", b"\r\n", b"\n\n", b'"', b"\\", b",", b"\t", b"\x00", b"\xef\xbb\xbf", b"\xff\xfe", "คืนสินค้า".encode(),
    "คืน".encode("tis-620"),
    b"question", b"answer", b"source", b"target", b"\xed\xa0\x80",
]  # fmt: skip
PIECES = {
    ".csv": [b"source,target\n", b"question,answer\n", b'"a\nb",c\n', b"a" * 3000],
    ".tsv": [b"source\ttarget\n", b'"a', b"\t\t\t\t"],
    ".jsonl": [b'{"source": "a", "target": ', b'"\\ud800"}', b"NaN", b"1e999", b"[" * 2000, b"}",
        b'{"source": ["a", {}], "target": null}'],
    ".po": [
        b'msgid ""\nmsgstr ""\n', b'"Content-Type: text/plain; charset=utf-8\\n"\n', b'msgid "a"\nmsgstr "b"\n',
        b'msgid_plural "as"\n',
        b'msgstr[0] "b"\n', b'msgstr[-1] "b"\n', b"#, fuzzy\n", b"#~ ", b"msgctxt ", b'"open', b"msgstr[99] ",
    ],
    ".tmx": [
        b"<tmx><body>", b'<tu tuid="1">', b'<tuv xml:lang="en"><seg>a</seg></tuv>', b'<tuv xml:lang="th"><seg>',
        b"<ph x='1'/>",
        b"</seg></tuv></tu>", b"</body></tmx>", b'<!DOCTYPE a [<!ENTITY b "c">]>', b"&b;", b"<" * 50,
        b'<ph type="x-character">U+D800</ph>',
        b'<?xml version="1.0" encoding="utf-16"?>', b'<?xml version="1.0" encoding="x"?>',
    ],
    ".xliff": [
        b"<xliff><file><body>", b'<trans-unit id="1">', b"<source>a</source>", b"<target>b<g id='1'/></target>",
        b"</trans-unit>", b"<segment>",
        b"</segment></body></file></xliff>", b"<!-- c -->", b"<![CDATA[", b"<?p ?>", b"&#0;", b"<target/>",
    ],
    ".tbx": [
        b'<martif type="TBX"><text><body>', b'<termEntry id="1">',
        b'<langSet xml:lang="en"><tig><term>a</term></tig></langSet>',
        b'<langSet xml:lang="th"><ntig><termGrp><term>', b"</termEntry></body></text></martif>", b'<conceptEntry>', b"&x;",
    ],
}  # fmt: skip


def files(suffix: str) -> st.SearchStrategy[bytes]:
    """Nearly right files, and any bytes."""
    nearly = st.lists(st.sampled_from(COMMON + PIECES[suffix]) | st.binary(max_size=8), max_size=14).map(b"".join)
    return nearly | st.binary(max_size=200)


def read_all(path, suffix: str) -> None:
    readers = {
        ".tbx": [lambda: read_terms_file(path, "en", "th-TH", TermStatus.PREFERRED)],
        ".csv": [
            lambda: read_entries(path),
            lambda: read_table(path),
            lambda: read_blocks(path, "en", "th-TH", ("source", "target")),
        ],
        ".jsonl": [lambda: read_entries(path), lambda: read_blocks(path, "en", "th-TH", ("source", "target"))],
    }
    for reader in readers.get(suffix, [lambda: read_blocks(path, "en", "th-TH", ("source", "target"))]):
        try:
            for row in reader():
                repr(row).encode("utf-8", "strict" if suffix != ".jsonl" else "surrogatepass")
        except UsageError as error:
            assert error.remedy


@pytest.mark.parametrize("suffix", sorted(PIECES))
def test_any_bytes_are_rows_or_a_named_error(tmp_path, suffix):
    path = tmp_path / f"any{suffix}"

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(files(suffix))
    def check(content: bytes) -> None:
        path.write_bytes(content)
        read_all(path, suffix)

    tracemalloc.start()
    try:
        check()
        assert tracemalloc.get_traced_memory()[1] < MOST
    finally:
        tracemalloc.stop()
