"""Write an entry sentence by sentence, for a model that loses a FAQ as a whole: one line of text a call, judged at once.

A sentence with its terms is the whole question, so that a sentence that several entries share is paid once.
"""

from functools import lru_cache
from typing import NamedTuple

from kb_pipeline.domain.calls import Message, ModelRequest
from kb_pipeline.domain.faqs import FaqText, Provenance, SourceFaq
from kb_pipeline.domain.findings import TextPart
from kb_pipeline.domain.sayable import writable
from kb_pipeline.errors import LLMOutputError
from kb_pipeline.ports.models import LLM
from kb_pipeline.prompts import load_prompt
from kb_pipeline.services.draft.write_entry import paid
from kb_pipeline.services.language.entry_checks import CheckedEntry, EntryChecks
from kb_pipeline.steps.checks import Profile
from kb_pipeline.steps.checks.meaning import Nearness, nearness
from kb_pipeline.steps.checks.quality import penalty
from kb_pipeline.steps.language.tags import primary
from kb_pipeline.steps.localize.masking import Masked, mask
from kb_pipeline.steps.localize.model_answers import LocalizedSentence
from kb_pipeline.steps.localize.prompt_values import in_market_values, terms_for
from kb_pipeline.steps.localize.single_sentences import gap_between, single_sentences, without_stop

DRAWS = 3  # at most, beside the most likely answer, where that has faults; see docs/adr/0031-sentence-by-sentence.md
_TOKENS = 160  # of a sentence


class _Try(NamedTuple):
    """A sentence as the model gave it, with what the checks say."""

    text: str
    checked: CheckedEntry

    @property
    def is_good(self) -> bool:
        """Whether nothing is found, and its meaning is as near to the source's as most translations' are."""
        similarity = self.checked.similarity
        return not self.checked.findings and (similarity is None or nearness(similarity) is Nearness.NEAR)

    def is_better_than(self, other: "_Try") -> bool:
        """Whether it has the lower penalty, or as low a one and a nearer meaning."""
        ours, theirs = (one.checked.similarity or 0.0 for one in (self, other))
        equal = penalty(self.checked.findings) == penalty(other.checked.findings)
        return ours > theirs if equal else self.checked.is_better_than(other.checked)


class SingleSentences:
    """Writes entries of one market. Thread-safe."""

    def __init__(self, llm: LLM, checks: EntryChecks, *, draws: int) -> None:
        """`draws`: other answers at most that a sentence with faults may cost."""
        self._llm = llm
        self._checks = checks
        self._market = checks.market
        self._draws = draws
        self._shots = lru_cache(self._shots_from)

    def write(self, faq: SourceFaq, approved: FaqText | None, made: Provenance) -> tuple[CheckedEntry, Provenance, bool]:
        """The text with what it took, and whether another answer than the first was better somewhere.

        The approved text helps nothing here. Raises LLMItemError, LLMUnavailableError.
        """
        question, made, asked_again = self.render(faq, faq.text.question, TextPart.QUESTION, made)
        answer, made, answered_again = self.render(faq, faq.text.answer, TextPart.ANSWER, made)
        others = dict[str, None]()
        for phrasing in faq.text.phrasings:
            other, made, _ = self.render(faq, phrasing, TextPart.PHRASING, made)
            others[other] = None
        phrasings = tuple(other for other in others if other and other != question)
        text = self._with_clauses(faq, FaqText(question=question, answer=answer, phrasings=phrasings))
        return self._checks.mend(faq, text), made, asked_again or answered_again

    def _with_clauses(self, faq: SourceFaq, text: FaqText) -> FaqText:
        """`text` with what the market's law or policy makes it say, which no sentence of the source is."""
        missing = [clause.text for clause in self._checks.missing_clauses(faq, text)]
        gap = gap_between(self._market.tag, full_stop=self._market.conventions.full_stop)
        return text.model_copy(update={"answer": gap.join((text.answer, *missing))})

    def render(self, faq: SourceFaq, text: str, part: TextPart, made: Provenance) -> tuple[str, Provenance, bool]:
        """`text`, a part of `faq` or a piece of it, in the market's language. Raises as `write`."""
        full_stop, better = self._market.conventions.full_stop, False
        singles = single_sentences(text, faq.language, at_semicolons=not full_stop)
        rendered = dict[str, str]()
        for single in singles.sentences:
            if single.text not in rendered:
                rendered[single.text], made, drawn = self._sentence(faq, single.text, part, made)
                better = better or drawn
        return singles.rendered(rendered.__getitem__, gap_between(self._market.tag, full_stop=full_stop)), made, better

    def _sentence(self, faq: SourceFaq, sentence: str, part: TextPart, made: Provenance) -> tuple[str, Provenance, bool]:
        """The first good answer; else the one with the lowest penalty, of equal ones that with the nearest meaning.

        Where only the meaning is in doubt, one more answer is asked for, as it is with one right translation in four.
        """
        best, drawn = None, False
        draws = self._draws if part is not TextPart.PHRASING else 0  # one that fails is left out
        for draw in range(draws + 1):
            try:
                one, made = self._ask(faq, sentence, part, draw, made)
            except LLMOutputError:
                if draw == draws and best is None:
                    raise
                continue
            if best is None or one.is_better_than(best):
                drawn, best = best is not None, one
            if best.is_good or (draw and not best.checked.findings):
                break
        return (best.text if best else ""), made, drawn

    def _ask(self, faq: SourceFaq, sentence: str, part: TextPart, draw: int, made: Provenance) -> tuple[_Try, Provenance]:
        asked = FaqText(question="", answer=sentence)
        values = in_market_values(asked, faq.language, self._market, self._checks.day, faq.citations, faq.text.question)
        masked = mask(values, faq.language)
        request, before = self._request(masked, faq.language, draw)
        reply = self._llm.ask(request, LocalizedSentence)
        made = paid(made, load_prompt("translate_sentence"), reply)
        text = masked.restore(writable(reply.value.text).removeprefix(before).strip())
        text = text if self._market.conventions.full_stop else without_stop(text, self._market.tag)
        return _Try(text, self._judged(faq, sentence, text, part)), made

    def _request(self, masked: Masked, language: str, draw: int) -> tuple[ModelRequest, str]:
        """What is asked, and the terms in brackets that stand before the sentence."""
        prompt = load_prompt("translate_sentence")
        system, asked = self._turns(masked.text.answer, language)
        messages = (system, *self._shots(primary(language)), asked)
        request = prompt.request_of(messages, _TOKENS).model_copy(update={"form": "line", "draw": draw})
        return request, asked.content.removesuffix(masked.text.answer).strip()

    def _turns(self, sentence: str, language: str) -> tuple[Message, ...]:
        return load_prompt("translate_sentence").render(
            market=self._market.name,
            language=self._market.language_name,
            full_stop=self._market.conventions.full_stop,
            terms=terms_for(FaqText(question="", answer=sentence), language, self._market),
            sentence=sentence,
        )

    def _shots_from(self, language: str) -> tuple[Message, ...]:
        """The pack's examples as turns: those from the language, or those from others where there are none."""
        examples = self._market.sentence_examples
        turns = list[Message]()
        pairs = [(tag, source, e.target) for e in examples for tag, source in e.sources.items()]
        ours = [pair for pair in pairs if primary(pair[0]) == language] or pairs[: len(examples)]
        for tag, source, target in ours:
            shown = in_market_values(FaqText(question="", answer=source), tag, self._market, self._checks.day).answer
            turns += (self._turns(shown, tag)[-1], Message(role="assistant", content=target))
        return tuple(turns)

    def _judged(self, faq: SourceFaq, sentence: str, text: str, part: TextPart) -> CheckedEntry:
        """The findings on one sentence, without those that certain fixes will mend."""
        source, target = (_as_part(one, part) for one in (sentence, text))
        piece = faq.model_copy(update={"text": source, "topics": ()})
        checked = self._checks.check(piece, target, profile=Profile.SENTENCE)
        return checked.model_copy(update={"findings": tuple(f for f in checked.findings if f.fix is None)})


def _as_part(text: str, part: TextPart) -> FaqText:
    return FaqText(question="", answer=text) if part is TextPart.ANSWER else FaqText(question=text, answer="")
