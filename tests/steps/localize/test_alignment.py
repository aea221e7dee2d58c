import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_pipeline.steps.facts import extract
from kb_pipeline.steps.localize.alignment import align, pinned, split, units

ENGLISH = ("Open the app and choose the order.", "The courier collects the parcel at your door.", "Keep the receipt.")
THAI = ("เปิดแอปแล้วเลือกคำสั่งซื้อ", "พนักงานส่งของจะมารับพัสดุที่หน้าบ้านคุณ", "เก็บใบเสร็จไว้")


def agree(one, other):
    ours, theirs = ({f.key for f in extract(text, language)} for text, language in ((one, "en"), (other, "th")))
    return None if not ours and not theirs else ours == theirs


def beads(found):
    return [(bead.source, bead.target) for bead in found] if found is not None else None


def aligned(source, target, embedder):
    one, other = (embedder.embed(units(text), "passage") for text in (source, target))
    return beads(align(source, target, one @ other.T, agree))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Open it. Close it.", ("Open it.", "Close it.")),
        ("- Open it\n- Close it\n", ("- Open it", "- Close it")),
        ("開けます。閉めます。", ("開けます。", "閉めます。")),
        ("Das gilt ab dem 3. Mai.  Fertig!", ("Das gilt ab dem 3. Mai.", "Fertig!")),
        ("", ()),
    ],
)
def test_a_text_is_split_into_sentences_at_stops_and_at_the_ends_of_lines(text, sentences):
    assert split(text).sentences == sentences


@settings(deadline=None)  # the Thai splitter loads its dictionary
@given(st.lists(st.sampled_from(("Open it. ", "เปิดแอป ", "閉めます。", "\n", " ", "- a", "7 days!")), max_size=8).map("".join))
def test_nothing_of_a_text_is_lost_in_splitting(text):
    parts = split(text)
    assert parts.gaps[0] + parts.joined(0, len(parts.sentences)) + "".join(parts.gaps[1:][-1:]) == text


def test_sentences_say_what_their_translations_say(embedder):
    assert aligned(ENGLISH, THAI, embedder) == [((i, i + 1), (i, i + 1)) for i in range(3)]


def test_one_sentence_can_be_two_and_two_can_be_one(embedder):
    joined = (f"{ENGLISH[0]} {ENGLISH[1]}", ENGLISH[2])
    assert aligned(joined, THAI, embedder) == [((0, 1), (0, 2)), ((1, 2), (2, 3))]
    joined = (THAI[0], f"{THAI[1]} {THAI[2]}")
    assert aligned(ENGLISH, joined, embedder) == [((0, 1), (0, 1)), ((1, 3), (1, 2))]


def test_another_order_is_not_sure(embedder):
    assert aligned(ENGLISH, (THAI[1], THAI[0], THAI[2]), embedder) is None


def test_one_sentence_for_three_is_not_sure(embedder):
    assert aligned(ENGLISH, (" ".join(THAI),), embedder) is None


def test_facts_that_contradict_are_not_sure():
    alike = np.full((3, 3), 0.95, dtype=np.float32)
    source = ("Wait 3 days.", "Pay 5%.")
    assert beads(align(source, ("รอ 3 วัน", "จ่าย 5%"), alike, agree)) == [((0, 1), (0, 1)), ((1, 2), (1, 2))]
    assert align(source, ("รอ 9 วัน", "จ่าย 5%"), alike, agree) is None


@pytest.mark.parametrize(
    ("source", "target", "is_pinned"),
    [
        (("Wait 3 days.", "Pay 5%."), ("รอ 3 วัน", "จ่าย 5%"), True),
        (("Wait 3 days.", "Then come.", "Pay 5%."), ("รอ 3 วัน", "แล้วมา", "จ่าย 5%"), True),
        (("Wait 3 days.", "Then come.", "Ask us."), ("รอ 3 วัน", "แล้วมา", "ถามเรา"), False),
        (("Wait 3 days.", "Pay 5%."), ("จ่าย 5%", "รอ 3 วัน"), False),
        (("Wait 3 days.",), ("รอ 3 วัน", "นะ"), False),
    ],
)
def test_facts_alone_prove_it_where_no_two_neighbours_are_without(source, target, is_pinned):
    assert (pinned(source, target, agree) is not None) is is_pinned
