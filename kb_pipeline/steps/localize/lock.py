"""The lock on approved text: which of its pieces a changed source opens, and how the pieces go together again. No I/O.

A piece without an opening is locked: it is copied, never written. See docs/adr/0012-locked-sentences.md.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from kb_pipeline.domain.base import Value, comparison_key
from kb_pipeline.domain.faqs import FaqText
from kb_pipeline.domain.findings import Finding, MqmCategory, Severity, TextPart
from kb_pipeline.steps.language.sentence_marks import WIDE_STOPS
from kb_pipeline.steps.localize.alignment import Bead, Sentences

UNCERTAIN = "lock-uncertain"


class Opening(Value):
    """What is to be written anew: the source's words then and now, and the approved words for those of then."""

    old_source: str
    new_source: str
    old_target: str


class Piece(Value):
    """A question, a sentence or two of an answer, or a phrasing. `gap` stands before it, unless it comes first."""

    part: TextPart
    text: str
    gap: str = ""
    opening: Opening | None = None


class Aligned(Value):
    """An approved answer beside the source answer it was made from."""

    source: Sentences
    target: Sentences
    beads: tuple[Bead, ...]


class _Spot(NamedTuple):
    """Where a piece stands in the assembled text; `phrasing` is its number among the phrasings."""

    part: TextPart
    phrasing: int | None
    start: int
    end: int


class _Stretch(NamedTuple):
    """Beads `beads[0]:beads[1]` against sentences `new[0]:new[1]` of the new source."""

    beads: tuple[int, int]
    new: tuple[int, int]
    locked: bool


def uncertain() -> Finding:
    """What a person must know where the approved answer was written anew because its sentences could not be told apart."""
    message = "the answer was written anew as a whole: which approved sentences the change touches is not certain; compare them"
    return Finding(rule=UNCERTAIN, category=MqmCategory.ACCURACY, severity=Severity.MINOR, message=message)


def as_one(source: str, target: str) -> Aligned:
    """An answer as one piece: where there is nothing to tell apart, or no telling."""
    one, other = (Sentences(sentences=(text,), gaps=("", "")) for text in (source, target))
    return Aligned(source=one, target=other, beads=(Bead(source=(0, 1), target=(0, 1)),))


def open_pieces(old: FaqText, new: FaqText, approved: FaqText, answer: Aligned, new_answer: Sentences) -> tuple[Piece, ...]:
    """The approved text in pieces; open are those whose source changed or is new. Those whose source is gone are gone."""
    unchanged = Piece(part=TextPart.ANSWER, text=approved.answer)
    pieces = (unchanged,) if old.answer == new.answer else _answer(answer, new_answer)
    return (_question(old, new, approved), *pieces, *_phrasings(old, new, approved))


def assemble(pieces: Sequence[Piece]) -> FaqText:
    """The pieces as one text; empty ones leave no gap."""
    by_part = {part: [p for p in pieces if p.part is part and p.text] for part in TextPart}
    answer = "".join(("" if first else piece.gap) + piece.text for first, piece in _firsts(by_part[TextPart.ANSWER]))
    question = "".join(piece.text for piece in by_part[TextPart.QUESTION])
    return FaqText(question=question, answer=answer, phrasings=tuple(p.text for p in by_part[TextPart.PHRASING]))


def filled(pieces: Sequence[Piece], written: Mapping[int, str]) -> tuple[Piece, ...]:
    """The pieces with new words in open ones, by place. Raises ValueError where a locked piece would change."""
    if locked := [place for place in written if pieces[place].opening is None]:
        raise ValueError(f"locked pieces cannot be written: {locked}")
    return tuple(p.model_copy(update={"text": written.get(i, p.text)}) for i, p in enumerate(pieces))


def fixed(
    pieces: Sequence[Piece], findings: Sequence[Finding], apply: Callable[[str, Sequence[Finding]], str]
) -> tuple[Piece, ...]:
    """The pieces with the certain fixes of `findings` on the assembled text, as far as they lie in open pieces."""
    written = {}
    for place, spot in _open_spots(pieces).items():
        inside = [f for f in findings if f.fix is not None and _lies_in(f, spot)]
        start = spot.start
        moved = [f.model_copy(update={"start": (f.start or 0) - start, "end": (f.end or 0) - start}) for f in inside]
        written[place] = apply(pieces[place].text, moved)
    return filled(pieces, written)


def faults_of(pieces: Sequence[Piece], findings: Sequence[Finding]) -> dict[int, tuple[Finding, ...]]:
    """By open piece, the findings that may be its fault: those that lie in it, or say of its part only that it fails."""
    by_place = {
        place: tuple(f for f in findings if _lies_in(f, spot) or (f.start is None and f.is_in(spot.part, spot.phrasing)))
        for place, spot in _open_spots(pieces).items()
    }
    return {place: found for place, found in by_place.items() if found}


def without_phrasings(pieces: Sequence[Piece], texts: Collection[str]) -> tuple[Piece, ...]:
    """The pieces, those phrasings emptied; a locked one, too: the source's change made it wrong."""
    gone = [piece.part is TextPart.PHRASING and piece.text in texts for piece in pieces]
    return tuple(p.model_copy(update={"text": ""}) if g else p for p, g in zip(pieces, gone, strict=True))


def _open_spots(pieces: Sequence[Piece]) -> dict[int, _Spot]:
    """Where each open piece stands."""
    spots, ends, phrasings = {}, dict.fromkeys(TextPart, 0), 0
    for place, piece in enumerate(pieces):
        if not piece.text:
            continue
        is_phrasing = piece.part is TextPart.PHRASING
        start = ends[piece.part] + (len(piece.gap) if ends[piece.part] else 0) if piece.part is TextPart.ANSWER else 0
        ends[piece.part] = start + len(piece.text)
        if piece.opening is not None:
            spots[place] = _Spot(piece.part, phrasings if is_phrasing else None, start, ends[piece.part])
        phrasings += is_phrasing
    return spots


def _lies_in(finding: Finding, spot: _Spot) -> bool:
    if finding.start is None or finding.end is None or not finding.is_in(spot.part, spot.phrasing):
        return False
    return spot.start <= finding.start and finding.end <= spot.end


def _firsts(pieces: Sequence[Piece]) -> Iterator[tuple[bool, Piece]]:
    return ((place == 0, piece) for place, piece in enumerate(pieces))


def _question(old: FaqText, new: FaqText, approved: FaqText) -> Piece:
    same = _key(old.question) == _key(new.question)
    opening = Opening(old_source=old.question, new_source=new.question, old_target=approved.question)
    return Piece(part=TextPart.QUESTION, text=approved.question, opening=None if same else opening)


def _phrasings(old: FaqText, new: FaqText, approved: FaqText) -> Iterator[Piece]:
    """The approved phrasings whose source phrasing stands, where it is known which is whose; and the new ones, open."""
    known = {_key(phrasing): place for place, phrasing in enumerate(old.phrasings)}
    is_paired = len(old.phrasings) == len(approved.phrasings)
    staying = {known[key] for phrasing in new.phrasings if (key := _key(phrasing)) in known}
    for place, phrasing in enumerate(approved.phrasings):
        if not is_paired or place in staying:
            yield Piece(part=TextPart.PHRASING, text=phrasing)
    for phrasing in new.phrasings:
        if _key(phrasing) not in known:
            opening = Opening(old_source="", new_source=phrasing, old_target="")
            yield Piece(part=TextPart.PHRASING, text="", opening=opening)


def _answer(aligned: Aligned, new: Sentences) -> Iterator[Piece]:
    for stretch in _stretches(aligned, new):
        beads, (first, last) = aligned.beads[slice(*stretch.beads)], stretch.new
        if stretch.locked:
            yield from (_piece(aligned, bead, new, first) for bead in beads)
        elif len(beads) == last - first:
            pairs = zip(beads, range(first, last), strict=True)
            yield from (_piece(aligned, bead, new, n, _opening(aligned, (bead,), new.sentences[n])) for bead, n in pairs)
        elif first < last:
            opening = _opening(aligned, beads, new.joined(first, last))
            yield _piece(aligned, beads[0] if beads else None, new, first, opening)


def _opening(aligned: Aligned, beads: Sequence[Bead], new_source: str) -> Opening:
    if not beads:
        return Opening(old_source="", new_source=new_source, old_target="")
    source = aligned.source.joined(beads[0].source[0], beads[-1].source[1])
    target = aligned.target.joined(beads[0].target[0], beads[-1].target[1])
    return Opening(old_source=source, new_source=new_source, old_target=target)


def _piece(aligned: Aligned, bead: Bead | None, new: Sentences, first: int, opening: Opening | None = None) -> Piece:
    gap = aligned.target.gaps[bead.target[0]] if bead and bead.target[0] else _gap(aligned.target, new.gaps[first])
    text = aligned.target.joined(*bead.target) if bead and opening is None else opening.old_target if opening else ""
    return Piece(part=TextPart.ANSWER, text=text, gap=gap, opening=opening)


def _gap(target: Sentences, in_source: str) -> str:
    """What stands between sentences that never stood side by side: a line's end as in the source, else as in the target."""
    if "\n" in in_source:
        return in_source
    inner = [gap for gap in target.gaps[1:-1] if "\n" not in gap]
    if inner:
        return inner[0]
    return "" if target.sentences and target.sentences[-1][-1:] in WIDE_STOPS else " "


def _stretches(aligned: Aligned, new: Sentences) -> Iterator[_Stretch]:
    """Locked beads, whose source sentences stand in the new source side by side, and what lies between them."""
    at_bead = at_new = 0
    for bead, first in _anchors(aligned, new):
        if (at_bead, at_new) != (bead, first):
            yield _Stretch((at_bead, bead), (at_new, first), locked=False)
        start, end = aligned.beads[bead].source
        at_bead, at_new = bead + 1, first + end - start
        yield _Stretch((bead, at_bead), (first, at_new), locked=True)
    if (at_bead, at_new) != (len(aligned.beads), len(new.sentences)):
        yield _Stretch((at_bead, len(aligned.beads)), (at_new, len(new.sentences)), locked=False)


def _anchors(aligned: Aligned, new: Sentences) -> Iterator[tuple[int, int]]:
    """The beads whose sentences are unchanged, each with the place of its first sentence in the new source."""
    old_keys, new_keys = ([_key(s) for s in text.sentences] for text in (aligned.source, new))
    place: dict[int, int] = {}
    for block in SequenceMatcher(None, old_keys, new_keys, autojunk=False).get_matching_blocks():
        place |= {block.a + i: block.b + i for i in range(block.size)}
    for number, bead in enumerate(aligned.beads):
        start, end = bead.source
        if start in place and all(place.get(i) == place[start] + i - start for i in range(start, end)):
            yield number, place[start]


def _key(text: str) -> str:
    return comparison_key(text)
