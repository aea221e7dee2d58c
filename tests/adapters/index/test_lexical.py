"""Words find entries: whole words only, in any script, and nothing of a query is ever syntax."""

import sqlite3
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb_pipeline.adapters.index.lexical import LexicalIndex, write_lexical
from kb_pipeline.domain.findings import TextPart
from kb_pipeline.domain.index import IndexText


def text(entry, content, part=TextPart.ANSWER, position=0):
    return IndexText(entry_id=entry, part=part, position=position, text=content, words=tuple(content.split()))


@pytest.fixture
def index(tmp_path):
    content = [
        text("th", "คืน สินค้า ได้ ที่ ตู้", TextPart.QUESTION),
        text("th", "ยกเลิก คำสั่งซื้อ"),
        text("asked", "refund card", TextPart.QUESTION),
        text("answered", "refund card"),
        text("phrased", "money back", TextPart.PHRASING, 0),
        text("phrased", "cash again", TextPart.PHRASING, 1),
        text("priced", "costs 4.99 don't"),
    ]
    assert write_lexical(tmp_path / "lexical.sqlite3", content) == 5
    index = LexicalIndex(tmp_path / "lexical.sqlite3")
    yield index
    index.close()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("สินค้า",), ["th"]),
        (("ยก",), []),  # a piece of a Thai word is no word
        (("คำสั่งซื้อ",), ["th"]),
        (("refund",), ["asked", "answered"]),  # a question weighs more than an answer
        (("cash", "unheard"), ["phrased"]),
        (("4.99",), ["priced"]),
        (("don't",), ["priced"]),
        ((), []),
    ],
)
def test_words_find_their_entries_best_first(index, words, found):
    assert [hit.entry_id for hit in index.find(words, 10)] == found


@given(words=st.lists(st.text(min_size=1), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_that_a_customer_writes_is_syntax(index, words):
    assert all(hit.entry_id for hit in index.find(words, 3))


@pytest.mark.parametrize("syntax", ['"', "refund AND (", "entries MATCH *", "question:refund", "NEAR(a b)", "^refund", "a\0b"])
def test_the_signs_of_the_query_language_are_words_like_others(index, syntax):
    assert {hit.entry_id for hit in index.find([syntax, "สินค้า"], 10)} >= {"th"}


def test_many_threads_ask_at_once(index):
    found = []
    threads = [threading.Thread(target=lambda: found.append(index.find(["refund"], 1)[0].entry_id)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["asked"] * 16


def test_the_file_cannot_be_written_to(index):
    with index._connection() as database, pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.execute("delete from entries")
