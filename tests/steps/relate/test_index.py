"""The index of a market's entries finds what a comparison with all would find, whatever came, went and changed before."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.steps.relate.compared import ComparedEntry
from kb_pipeline.steps.relate.index import EntryIndex

IDS = st.sampled_from("abcdefgh")
STEPS = st.lists(st.tuples(st.sampled_from(["add", "remove"]), IDS, st.integers(0, 10_000)), max_size=40)


def entry(id_: str, seed: int) -> ComparedEntry:
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((1 + seed % 3, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    text = FaqText(question=f"word{seed % 7} คำ{seed % 5}", answer=f"{seed}")
    return ComparedEntry(id_, None, "en", text, vectors, vectors[0])


@settings(max_examples=200)
@given(STEPS, st.integers(0, 10_000))
def test_an_index_with_a_history_finds_what_a_fresh_one_finds(steps, seed) -> None:
    index, standing = EntryIndex(), dict[str, ComparedEntry]()
    for verb, id_, number in steps:
        standing.pop(id_, None)
        if verb == "add":
            standing[id_] = entry(id_, number)
            index.add(standing[id_])
        else:
            index.remove(id_)
    fresh = EntryIndex()
    for each in standing.values():
        fresh.add(each)
    assert len(index) == len(standing)
    candidate = entry("new", seed)
    assert [e.id for e in index.nearest([candidate])[0]] == [e.id for e in fresh.nearest([candidate])[0]]


def test_an_entry_is_never_its_own_neighbour_and_a_replaced_text_is_nobodys() -> None:
    index = EntryIndex()
    old, new, other = entry("a", 1), entry("a", 1), entry("b", 1)
    for each in (old, other, new):
        index.add(each)
    assert index.nearest([new]) == [[other]]
    assert index.nearest([other]) == [[new]]


def test_of_a_batch_each_sees_what_came_before_it() -> None:
    index, batch = EntryIndex(), [entry(name, 1) for name in "abc"]
    for each in batch:
        index.add(each)
    assert [[e.id for e in found] for found in index.nearest(batch, earlier=True)] == [[], ["a"], ["a", "b"]]


def test_an_empty_index_has_no_neighbours() -> None:
    assert EntryIndex().nearest([entry("a", 1)]) == [[]]


def test_those_that_ask_for_the_same_are_found_however_far_their_vectors_are() -> None:
    def asks(id_: str, question: str, place: int) -> ComparedEntry:
        vector = np.eye(8, dtype=np.float32)[place]
        return ComparedEntry(id_, None, "en", FaqText(question=question, answer="x"), vector[None], vector)

    index, far = EntryIndex(), asks("b", "Where is the parcel?", 1)
    index.add(asks("a", "How do I return a lamp?", 0))
    index.add(far)
    assert [each.id for each in index.nearest([asks("c", "How can I send a lamp back?", 2)])[0]] == ["a"]
