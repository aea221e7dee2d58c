import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity, TextPart
from kb_pipeline.steps.localize.alignment import Bead, Sentences, split
from kb_pipeline.steps.localize.fixes import fixed_text
from kb_pipeline.steps.localize.lock import Aligned, as_one, assemble, faults_of, filled, fixed, open_pieces, without_phrasings

SOURCE = ("Open the app.", "Wait 3 days.", "Keep the receipt.")
THAI = ("เปิดแอป", "รอ 3 วัน", "เก็บใบเสร็จไว้")
GAPS = ("  ", " ")  # what a person once typed


def lines(sentences, gaps=None):
    gaps = gaps or [" "] * (len(sentences) - 1)
    return "".join(s + g for s, g in zip(sentences, (*gaps, ""), strict=True))


def aligned(source, target, beads=None):
    ones = tuple(Bead(source=(i, i + 1), target=(i, i + 1)) for i in range(len(source)))
    return Aligned(source=sentences(source), target=sentences(target, GAPS[: len(target) - 1]), beads=beads or ones)


def sentences(texts, gaps=None):
    return Sentences(sentences=tuple(texts), gaps=("", *(gaps or [" "] * (len(texts) - 1)), ""))


def opened(new, question="How?", phrasings=((), (), ())):
    old, now, approved = phrasings
    return open_pieces(
        FaqText(question="How?", answer=lines(SOURCE), phrasings=old),
        FaqText(question=question, answer=lines(new), phrasings=now),
        FaqText(question="ทำอย่างไร", answer=lines(THAI, GAPS), phrasings=approved),
        aligned(SOURCE, THAI),
        sentences(new),
    )


def openings(pieces):
    return [(p.opening.old_source, p.opening.new_source, p.opening.old_target) for p in pieces if p.opening]


def finding(part=TextPart.ANSWER, start=None, end=None, fix=None, phrasing=None):
    return Finding(
        rule="r", category=MqmCategory.STYLE, severity=Severity.MAJOR, message="m", part=part, phrasing=phrasing,
        start=start, end=end, fix=fix,
    )  # fmt: skip


def test_a_changed_sentence_opens_its_own_translation_and_no_other():
    pieces = opened(("Open the app.", "Wait 3 weeks.", "Keep the receipt."))
    assert openings(pieces) == [("Wait 3 days.", "Wait 3 weeks.", "รอ 3 วัน")]
    written = {place: "รอ 3 สัปดาห์" for place, piece in enumerate(pieces) if piece.opening}
    assert assemble(filled(pieces, written)).answer == "เปิดแอป  รอ 3 สัปดาห์ เก็บใบเสร็จไว้"


@pytest.mark.parametrize(
    ("new", "answer", "asked"),
    [
        (SOURCE, "เปิดแอป  รอ 3 วัน เก็บใบเสร็จไว้", 0),
        (("Wait 3 days.", "Keep the receipt."), "รอ 3 วัน เก็บใบเสร็จไว้", 0),
        (("Open the app.", "Keep the receipt."), "เปิดแอป เก็บใบเสร็จไว้", 0),
        (("Open the app.",), "เปิดแอป", 0),
        ((*SOURCE, "Call us."), "เปิดแอป  รอ 3 วัน เก็บใบเสร็จไว้  X", 1),
        (("First pay.", *SOURCE), "X  เปิดแอป  รอ 3 วัน เก็บใบเสร็จไว้", 1),
        (("A.", "B.", "C.", "D."), "X", 1),
        (("Open it.", "Wait a bit.", "Keep the receipt."), "X  X เก็บใบเสร็จไว้", 2),
    ],
)
def test_what_stands_stays_what_is_gone_goes_and_the_rest_is_asked_for(new, answer, asked):
    pieces = opened(new)
    places = [place for place, piece in enumerate(pieces) if piece.opening]
    assert len(places) == asked
    assert assemble(filled(pieces, dict.fromkeys(places, "X"))).answer == answer


def test_a_source_sentence_whose_translation_is_shared_opens_all_of_it():
    beads = (Bead(source=(0, 2), target=(0, 1)), Bead(source=(2, 3), target=(1, 2)))
    both = aligned(SOURCE, ("เปิดแอปแล้วรอ 3 วัน", "เก็บใบเสร็จไว้"), beads)
    old, approved = FaqText(question="Q", answer=lines(SOURCE)), FaqText(question="ถาม", answer="")
    new = ("Open the app.", "Wait 9 days.", "Keep the receipt.")
    pieces = open_pieces(old, FaqText(question="Q", answer=lines(new)), approved, both, sentences(new))
    assert openings(pieces) == [("Open the app. Wait 3 days.", "Open the app. Wait 9 days.", "เปิดแอปแล้วรอ 3 วัน")]


def test_a_question_is_open_only_when_its_source_is_another():
    assert not openings(opened(SOURCE))
    assert openings(opened(SOURCE, question="Why?")) == [("How?", "Why?", "ทำอย่างไร")]


def test_phrasings_stay_with_their_sources_and_new_ones_are_asked_for():
    pieces = opened(SOURCE, phrasings=(("a", "b"), ("b", "c"), ("ก", "ข")))
    assert [p.text for p in pieces if p.part is TextPart.PHRASING] == ["ข", ""]
    assert openings(pieces) == [("", "c", "")]


@pytest.mark.parametrize(("answer", "gap"), [("開けます。待ちます。", ""), ("Öffnen Sie die App. Warten Sie.", " ")])
def test_a_new_sentence_stands_as_the_markets_sentences_do(answer, gap):
    target, source = split(answer), split("Open it. Wait.")
    both = Aligned(source=source, target=target, beads=aligned(("a", "b"), ("c", "d")).beads)
    new = "Open it. Wait. Pay."
    texts = [FaqText(question="Q", answer=text) for text in ("Open it. Wait.", new, answer)]
    pieces = open_pieces(*texts, both, split(new))
    assert assemble(filled(pieces, {len(pieces) - 1: "X"})).answer == answer + gap + "X"


def test_a_new_item_of_a_list_begins_a_line():
    old, new, approved = "- Open it\n- Wait", "- Open it\n- Wait\n- Pay", "- เปิด\n- รอ"
    both = Aligned(source=split(old), target=split(approved), beads=aligned(("a", "b"), ("c", "d")).beads)
    pieces = open_pieces(*(FaqText(question="Q", answer=text) for text in (old, new, approved)), both, split(new))
    assert assemble(filled(pieces, {len(pieces) - 1: "- จ่าย"})).answer == "- เปิด\n- รอ\n- จ่าย"


def test_a_locked_piece_cannot_be_written():
    with pytest.raises(ValueError, match="locked"):
        filled(opened(SOURCE), {1: "อื่น"})


def test_certain_fixes_and_faults_touch_open_pieces_only():
    pieces = opened(("Open the app.", "Wait long.", "Keep the receipt."))
    text = assemble(pieces).answer
    at = text.index("รอ")
    inside, outside = finding(start=at, end=at + 2, fix="คอย"), finding(start=0, end=4, fix="ปิด")
    mended = fixed(pieces, [inside, outside], fixed_text)
    assert assemble(mended).answer == "เปิดแอป  คอย 3 วัน เก็บใบเสร็จไว้"
    assert faults_of(pieces, [inside, outside]) == {2: (inside,)}
    assert faults_of(pieces, [finding()]) == {2: (finding(),)}
    assert not faults_of(pieces, [finding(TextPart.QUESTION)])


@given(
    st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True), st.lists(st.sampled_from("abcdefgh"), max_size=7)
)
def test_every_unchanged_sentence_in_its_order_is_kept_to_the_byte(old, new):
    target = [f"ท{letter}" for letter in old]
    ones = tuple(Bead(source=(i, i + 1), target=(i, i + 1)) for i in range(len(old)))
    both = Aligned(source=sentences(old), target=sentences(target), beads=ones)
    texts = [FaqText(question="Q", answer=lines(part) if part else "") for part in (old, new, target)]
    pieces = open_pieces(*texts, both, sentences(new) if new else split(""))
    kept = [p.text for p in pieces[1:] if p.opening is None]
    if new == old:  # nothing to open: the answer is one piece
        assert kept == [texts[2].answer]
        assert assemble(pieces) == texts[2]
        return
    assert all(text in target for text in kept)
    said = [p.opening.new_source if p.opening else p.text.removeprefix("ท") for p in pieces[1:]]
    assert " ".join(said) == " ".join(new)


def test_an_answer_that_cannot_be_told_apart_is_one_piece():
    both = as_one("Old.", "เก่า")
    pieces = open_pieces(*(FaqText(question="Q", answer=t) for t in ("Old.", "New. More.", "เก่า")), both, split("New. More."))
    assert openings(pieces) == [("Old.", "New. More.", "เก่า")]


def test_fixes_and_faults_of_a_phrasing_go_to_its_own_piece():
    pieces = opened(SOURCE, phrasings=(("a",), ("a", "b", "c"), ("ก",)))
    places = [place for place, piece in enumerate(pieces) if piece.opening]
    pieces = filled(pieces, dict(zip(places, ("colour ข", "colour ค"), strict=True)))
    found = [finding(TextPart.PHRASING, 0, 6, "color", 2), finding(TextPart.PHRASING, phrasing=0)]
    assert assemble(fixed(pieces, found, fixed_text)).phrasings == ("ก", "colour ข", "color ค")
    assert list(faults_of(pieces, found)) == [places[1]]


def test_a_phrasing_that_no_longer_fits_goes_also_when_it_is_locked():
    pieces = opened(SOURCE, phrasings=(("a", "b"), ("a", "b"), ("ก", "ข")))
    assert assemble(without_phrasings(pieces, {"ก"})).phrasings == ("ข",)
    assert assemble(without_phrasings(pieces, {"รอ 3 วัน"})) == assemble(pieces)
