"""Ask a model for the text of an entry, as a whole: what the prompt shows, and the repair rounds."""

from collections.abc import Callable, Sequence
from functools import cached_property

from kb_pipeline.domain.calls import Answer, Message, ModelReply
from kb_pipeline.domain.changes import ChangeRequest
from kb_pipeline.domain.faqs import FaqText, Provenance, SourceFaq
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.translation_memory import MemoryMatch
from kb_pipeline.ports.models import LLM
from kb_pipeline.prompts import Prompt, load_prompt
from kb_pipeline.services.language.entry_checks import CheckedEntry, EntryChecks
from kb_pipeline.steps.localize.masking import Masked, mask
from kb_pipeline.steps.localize.model_answers import LocalizedFaq
from kb_pipeline.steps.localize.prompt_values import in_market_values, terms_for
from kb_pipeline.steps.localize.translation_memory import TranslationMemory
from kb_pipeline.steps.privacy.articles import without_data

TOKENS = 500
_EXAMPLES = 2  # of the memory in one prompt
_LIKE = 75.0  # score of a memory match from which it helps more than it misleads: the lowest band of CAT tools' reports
_SAME = 100.0


class EntryWriter:
    """Writes entries of one market. Thread-safe."""

    def __init__(self, llm: LLM, checks: EntryChecks, open_memory: Callable[[], TranslationMemory], *, repairs: int) -> None:
        self._llm = llm
        self._checks = checks
        self._open_memory = open_memory
        self._market = checks.market
        self.repairs = repairs

    @cached_property
    def _memory(self) -> TranslationMemory:
        """The memory as it is when it is first asked."""
        return self._open_memory()

    def remembered(self, faq: SourceFaq) -> CheckedEntry | None:
        """The approved words for the very same question and answer, if they pass; None: there are none."""
        known = [self._same(text, faq.language) for text in (faq.text.question, faq.text.answer)]
        if None in known:
            return None
        phrasings = tuple(same for p in faq.text.phrasings if (same := self._same(p, faq.language)))
        text = FaqText(question=known[0] or "", answer=known[1] or "", phrasings=phrasings)
        checked = self._checks.fit(faq, self._checks.check(faq, text))
        return None if checked.faults else checked

    def write(self, faq: SourceFaq, approved: FaqText | None, made: Provenance) -> tuple[CheckedEntry, Provenance, bool]:
        """The text with what it took, and whether a repair made it better. Raises LLMItemError, LLMUnavailableError."""
        masked = self.shown(faq.text, faq)
        return self._written(load_prompt("localize_faq"), self._messages(faq, masked, approved), faq, masked, made)

    def rewrite(
        self, faq: SourceFaq, approved: FaqText | None, request: ChangeRequest, made: Provenance
    ) -> tuple[CheckedEntry, Provenance, bool]:
        """As `write`, with what a person asks to be different in a text that was proposed before. Raises as `write`.

        A fix or a repair that only leads back to that text does not count: the person outranks the rule that asks for it.
        """
        prompt, masked, before = load_prompt("rewrite_faq"), self.shown(faq.text, faq), request.before
        (turn,) = prompt.render(
            language=self._market.language_name,
            question=masked.hide(before.question),
            answer=masked.hide(before.answer),
            phrasings=[masked.hide(phrasing) for phrasing in before.phrasings],
            request=masked.hide(without_data(request.comment, self._market.facts)),
        )
        messages = _with_turn(self._messages(faq, masked, approved), turn)
        return self._written(prompt, messages, faq, masked, made, unwanted=before)

    def _written(
        self,
        prompt: Prompt,
        messages: tuple[Message, ...],
        faq: SourceFaq,
        masked: Masked,
        made: Provenance,
        unwanted: FaqText | None = None,
    ) -> tuple[CheckedEntry, Provenance, bool]:
        """The answer to `messages`, repaired; no fix and no repair leads to the `unwanted` text."""
        reply = self._llm.ask(prompt.request_of(messages, TOKENS), LocalizedFaq)
        made = paid(made, prompt, reply)
        checked, repaired = self._mended(faq, masked.restored(reply.value.text()), unwanted), False
        for _ in range(self.repairs):
            if not checked.faults:
                break
            again = self._again(messages, checked.faults)
            made = paid(made, prompt, again)
            better = self._checks.mend(faq, masked.restored(again.value.text()))
            if better.is_better_than(checked) and better.text != unwanted:
                checked, repaired = better, True
        return checked, made, repaired

    def _mended(self, faq: SourceFaq, text: FaqText, unwanted: FaqText | None) -> CheckedEntry:
        mended = self._checks.mend(faq, text)
        return self._checks.check(faq, text) if mended.text == unwanted else mended

    def shown(self, text: FaqText, faq: SourceFaq) -> Masked:
        """A FAQ's text, or a piece of it, as a model sees it: in the market's values, protected pieces behind marks."""
        day, asked = self._checks.day, faq.text.question
        values = in_market_values(text, faq.language, self._market, day, faq.citations, asked)
        return mask(values, faq.language)

    def _again(self, messages: tuple[Message, ...], faults: Sequence[Finding]) -> ModelReply[LocalizedFaq]:
        """The request of before, with the faults of its answer."""
        prompt = load_prompt("repair_faq")
        (turn,) = prompt.render(language=self._market.language_name, findings=[fault.message for fault in faults])
        return self._llm.ask(prompt.request_of(_with_turn(messages, turn), TOKENS), LocalizedFaq)

    def _messages(self, faq: SourceFaq, masked: Masked, approved: FaqText | None) -> tuple[Message, ...]:
        market = self._market
        return load_prompt("localize_faq").render(
            market=market.name,
            language=market.language_name,
            style=market.style_brief,
            examples=market.examples[:1],
            terms=terms_for(faq.text, faq.language, market),
            marks=masked.marks,
            memory=[(masked.hide(m.unit.source), masked.hide(m.unit.target)) for m in self._like(faq)],
            baseline=(masked.hide(approved.question), masked.hide(approved.answer)) if approved else None,
            question=masked.text.question,
            answer=masked.text.answer,
            phrasings=masked.text.phrasings,
        )

    def _like(self, faq: SourceFaq) -> list[MemoryMatch]:
        texts = (faq.text.question, faq.text.answer)
        found = [m for text in texts for m in self._memory.match(text, faq.language, limit=_EXAMPLES, least=_LIKE)]
        unique = {match.unit.id: match for match in found}
        return sorted(unique.values(), key=lambda match: -match.score)[:_EXAMPLES]

    def _same(self, text: str, language: str) -> str | None:
        matches = self._memory.match(text, language, limit=1, least=_SAME)
        return next((m.unit.target for m in matches if m.score >= _SAME and not m.penalties), None)


def _with_turn(messages: tuple[Message, ...], turn: Message) -> tuple[Message, ...]:
    """`messages` with `turn` at the end of the last one: small models lose a text that stands two turns before."""
    asked = messages[-1].model_copy(update={"content": f"{messages[-1].content}\n{turn.content}"})
    return (*messages[:-1], asked)


def paid(made: Provenance, prompt: Prompt, reply: ModelReply[Answer]) -> Provenance:
    """`made` with one more call."""
    usage = made.usage + reply.usage if made.calls else reply.usage
    asked = {"prompt": prompt.name, "prompt_fingerprint": prompt.fingerprint, "model": reply.model}
    return made.model_copy(update={**asked, "calls": (*made.calls, *reply.calls), "usage": usage})
