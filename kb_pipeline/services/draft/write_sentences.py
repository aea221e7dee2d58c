"""Bring an approved text up to date with its source: only what the change touches is written, by code where that is certain."""

from collections.abc import Iterable, Mapping, Sequence

from kb_pipeline.domain.faqs import FaqText, Provenance, SourceFaq
from kb_pipeline.domain.findings import Finding, TextPart
from kb_pipeline.domain.sayable import writable
from kb_pipeline.ports.models import LLM, Embedder
from kb_pipeline.prompts import load_prompt
from kb_pipeline.services.draft.write_entry import TOKENS, EntryWriter, paid
from kb_pipeline.services.draft.write_single import SingleSentences
from kb_pipeline.services.language.entry_checks import CheckedEntry, EntryChecks
from kb_pipeline.steps.facts import Passage
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.localize.alignment import align, pinned, split, units
from kb_pipeline.steps.localize.fixes import fixed_text
from kb_pipeline.steps.localize.lock import (
    Aligned,
    Opening,
    Piece,
    as_one,
    assemble,
    faults_of,
    filled,
    fixed,
    open_pieces,
    uncertain,
    without_phrasings,
)
from kb_pipeline.steps.localize.masking import Masked
from kb_pipeline.steps.localize.model_answers import LocalizedSentence
from kb_pipeline.steps.localize.prompt_values import terms_for
from kb_pipeline.steps.localize.source_changes import SAME_MEANING, reworded, with_new_values

_ANY = 1.0  # a similarity that no check minds, where meanings need not be compared


class SentenceWriter:
    """Edits approved entries of one market. Thread-safe."""

    def __init__(
        self, llm: LLM, embedder: Embedder, checks: EntryChecks, writer: EntryWriter, single: SingleSentences | None = None
    ) -> None:
        """`single`: what writes each open piece, for a model that is asked for single sentences."""
        self._llm = llm
        self._single = single
        self._embedder = embedder
        self._checks = checks
        self._writer = writer
        self._market = checks.market

    def is_minor(self, old: FaqText, new: FaqText, language: str) -> bool:
        """Whether the source changed its wording only."""
        pairs = reworded(old, new, language)
        if not pairs:
            return pairs is not None
        vectors = self._embedder.embed([sentence for pair in pairs for sentence in pair], "passage")
        return bool(((vectors[::2] * vectors[1::2]).sum(axis=1) >= SAME_MEANING).all())

    def edit(self, faq: SourceFaq, old: FaqText, approved: FaqText, made: Provenance) -> tuple[CheckedEntry, Provenance, bool]:
        """The approved text after its source went from `old` to that of `faq`; what it took; whether a repair made it better.

        Raises LLMItemError, LLMUnavailableError.
        """
        aligned = self._aligned(faq, old, approved)
        pieces = open_pieces(old, faq.text, approved, aligned or as_one(old.answer, approved.answer), split(faq.text.answer))
        phrasings = [piece.text for piece in pieces if piece.part is TextPart.PHRASING and piece.text]
        ventured = self._checks.check(faq.model_copy(update={"text": old}), approved, _ANY).unfit_phrasings if phrasings else ()
        pieces, asked = self._by_code(faq, pieces, ventured)
        pieces, made = self._ask(faq, approved, pieces, dict.fromkeys(asked, ()), made)
        pieces, checked = self._mended(faq, pieces, ventured)
        repaired = False
        for _ in range(self._writer.repairs):
            if not (faults := faults_of(pieces, checked.faults)):
                break
            again, made = self._ask(faq, approved, pieces, faults, made)
            again, better = self._mended(faq, again, ventured)
            if better.is_better_than(checked):
                pieces, checked, repaired = again, better, True
        if aligned is None:
            checked = checked.with_doubts(uncertain())
        left_out = tuple(phrasing for phrasing in phrasings if phrasing not in checked.text.phrasings)
        return checked.model_copy(update={"left_out": left_out}), made, repaired

    def _aligned(self, faq: SourceFaq, old: FaqText, approved: FaqText) -> Aligned | None:
        """Which approved sentences say which of the old source; None: not certain."""
        source, target = split(old.answer), split(approved.answer)
        if old.answer == faq.text.answer or min(len(source.sentences), len(target.sentences)) < 2:
            return as_one(old.answer, approved.answer)

        def agree(one: str, other: str) -> bool | None:
            return self._checks.agree(_passage(one, faq), other)

        beads = pinned(source.sentences, target.sentences, agree)
        if beads is None:
            ours, theirs = (self._embedder.embed(units(text.sentences), "passage") for text in (source, target))
            beads = align(source.sentences, target.sentences, ours @ theirs.T, agree)
        return Aligned(source=source, target=target, beads=beads) if beads else None

    def _by_code(
        self, faq: SourceFaq, pieces: tuple[Piece, ...], ventured: Sequence[str]
    ) -> tuple[tuple[Piece, ...], list[int]]:
        """The open pieces that need no model, written; and the places of the others."""
        written, asked = dict[int, str](), list[int]()
        for place, piece in enumerate(pieces):
            if piece.opening is None:
                continue
            certain = self._certain(piece.opening, faq)
            if certain is None:
                asked.append(place)
            else:
                written[place] = certain
        pieces = filled(pieces, written)
        if primary(faq.language) != self._market.language:
            return pieces, asked
        sources = {place: _opening(pieces[place]).new_source for place in asked}
        pieces, checked = self._mended(faq, filled(pieces, sources), ventured)
        faults = faults_of(pieces, checked.faults)
        return pieces, [place for place in asked if place in faults]

    def _certain(self, opening: Opening, faq: SourceFaq) -> str | None:
        """The words for a changed piece where no model is needed: other values, or (if the market wants so) other wording."""
        old, new = opening.old_source, opening.new_source
        if not old:
            return None
        one, other = (FaqText(question="", answer=text) for text in (old, new))
        if self._market.minor_source_changes == "keep" and self.is_minor(one, other, faq.language):
            return opening.old_target
        sources = (_passage(old, faq), _passage(new, faq))
        return with_new_values(*sources, opening.old_target, self._market, self._checks.day)

    def _mended(
        self, faq: SourceFaq, pieces: tuple[Piece, ...], ventured: Sequence[str]
    ) -> tuple[tuple[Piece, ...], CheckedEntry]:
        """The pieces with certain fixes in the open ones, checked as one text, and without phrasings that fail.

        `ventured` are those that failed already when a person approved them: they stay.
        """
        pieces = fixed(pieces, self._checks.check(faq, assemble(pieces)).own, fixed_text)
        checked = self._checks.check(faq, assemble(pieces))
        if not (unfit := set(checked.unfit_phrasings).difference(ventured)):
            return pieces, checked
        pieces = without_phrasings(pieces, unfit)
        return pieces, self._checks.check(faq, assemble(pieces), checked.similarity)

    def _ask(
        self,
        faq: SourceFaq,
        approved: FaqText,
        pieces: tuple[Piece, ...],
        places: Mapping[int, Sequence[Finding]],
        made: Provenance,
    ) -> tuple[tuple[Piece, ...], Provenance]:
        """New words for the pieces in `places`, each with the faults to avoid."""
        if self._single:
            return self._ask_single(self._single, faq, pieces, places, made)
        prompt, written = load_prompt("localize_sentence"), dict[int, str]()
        for place, faults in places.items():
            masked = self._writer.shown(FaqText(question="", answer=_opening(pieces[place]).new_source), faq)
            values = self._values(faq, approved, pieces[place], masked)
            request = prompt.request(TOKENS, **values, faults=[fault.message for fault in faults])
            reply = self._llm.ask(request, LocalizedSentence)
            written[place] = masked.restore(writable(reply.value.text).strip())
            made = paid(made, prompt, reply)
        return filled(pieces, written), made

    def _ask_single(
        self, single: SingleSentences, faq: SourceFaq, pieces: tuple[Piece, ...], places: Iterable[int], made: Provenance
    ) -> tuple[tuple[Piece, ...], Provenance]:
        """New words for the pieces in `places`, sentence by sentence: the best that the model has, so that no fault is told."""
        written = dict[int, str]()
        for place in places:
            piece = pieces[place]
            written[place], made, _ = single.render(faq, _opening(piece).new_source, piece.part, made)
        return filled(pieces, written), made

    def _values(self, faq: SourceFaq, approved: FaqText, piece: Piece, masked: Masked) -> dict[str, object]:
        market, opening = self._market, _opening(piece)
        return {
            "market": market.name,
            "language": market.language_name,
            "style": market.style_brief,
            "terms": terms_for(FaqText(question="", answer=opening.new_source), faq.language, market),
            "marks": masked.marks,
            "approved": (masked.hide(approved.question), masked.hide(approved.answer)),
            "is_question": piece.part is not TextPart.ANSWER,
            "old_source": masked.hide(opening.old_source),
            "old_target": masked.hide(opening.old_target),
            "new_source": masked.text.answer,
        }


def _passage(piece: str, faq: SourceFaq) -> Passage:
    """A piece of a FAQ, now or as it was."""
    return Passage(text=piece, language=faq.language, question=faq.text.question, citations=faq.citations)


def _opening(piece: Piece) -> Opening:
    if piece.opening is None:
        raise ValueError(f"a locked piece is asked for: {piece.text[:40]}")
    return piece.opening
