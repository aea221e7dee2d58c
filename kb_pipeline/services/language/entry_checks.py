"""The checks of a text as a market's entry of a source FAQ: all rules, protected pieces, citations, drift of meaning."""

from datetime import date

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.faqs import FaqText, SourceFaq
from kb_pipeline.domain.findings import Finding, Severity
from kb_pipeline.domain.markets import Market
from kb_pipeline.ports.models import Embedder
from kb_pipeline.services.language.drift import Drift
from kb_pipeline.steps.checks import Subject, run_checks
from kb_pipeline.steps.checks.grounding import ungrounded
from kb_pipeline.steps.checks.phrasings import phrasing_repeated
from kb_pipeline.steps.checks.quality import penalty
from kb_pipeline.steps.facts import compare, extract
from kb_pipeline.steps.facts.compare import COMPARED
from kb_pipeline.steps.localize.fixes import apply_fixes, worth_repairing
from kb_pipeline.steps.localize.masking import check_pieces
from kb_pipeline.steps.localize.prompt_values import in_market_values

_PINS = COMPARED | {FactKind.URL, FactKind.PLACEHOLDER}


class CheckedEntry(Value):
    """A text with what the checks find. `own` are the findings that another wording can mend."""

    text: FaqText
    own: tuple[Finding, ...]
    source: tuple[Finding, ...]  # claims of the source FAQ that its citations do not support
    similarity: float | None  # of the source's and the text's meaning (services.language.drift); None: not measured
    left_out: tuple[str, ...] = ()  # phrasings that failed: a lost one costs little, a repair round costs a call

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them."""
        return self.own + self.source

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What a repair round is paid for."""
        return worth_repairing(self.own)

    @property
    def unfit_phrasings(self) -> tuple[str, ...]:
        """Those with a major or critical finding, and those that repeat something."""
        unfit = (f for f in self.own if f.severity is not Severity.MINOR or f.rule == phrasing_repeated.id)
        numbers = {f.phrasing for f in unfit}
        return tuple(phrasing for number, phrasing in enumerate(self.text.phrasings) if number in numbers)

    def is_better_than(self, other: "CheckedEntry") -> bool:
        """Whether it has the lower MQM penalty."""
        return penalty(self.findings) < penalty(other.findings)


class EntryChecks:
    """The checks of one market on one day. Thread-safe."""

    def __init__(self, market: Market, embedder: Embedder, day: date) -> None:
        self.market = market
        self.day = day
        self._drift = Drift(embedder, market)

    def check(self, faq: SourceFaq, text: FaqText, similarity: float | None = None) -> CheckedEntry:
        """`text` as it is. `similarity`: of these two texts, where it is known already."""
        if similarity is None:
            similarity = self._drift.similarity(faq.text, text, faq.language)
        subject = Subject(
            source=faq.text,
            target=text,
            source_language=faq.language,
            market=self.market,
            citations=faq.citations,
            topics=faq.topics,
            similarity=similarity,
            day=self.day,
        )
        shown = in_market_values(faq.text, faq.language, self.market, self.day)
        own = run_checks(subject) + check_pieces(shown, text, faq.language, self.market.tag)
        at_source = ungrounded(faq.text, faq.citations, faq.language)
        unplaced = tuple(f.model_copy(update={"start": None, "end": None, "fix": None}) for f in at_source)
        return CheckedEntry(text=text, own=own, source=unplaced, similarity=similarity)

    def mend(self, faq: SourceFaq, text: FaqText) -> CheckedEntry:
        """`text` with all certain fixes, and without the phrasings that still fail."""
        return self.fit(faq, self.check(faq, apply_fixes(text, self.check(faq, text).own)))

    def fit(self, faq: SourceFaq, checked: CheckedEntry) -> CheckedEntry:
        """What was checked, without the phrasings that failed."""
        if not (unfit := checked.unfit_phrasings):
            return checked
        text = checked.text.model_copy(update={"phrasings": tuple(p for p in checked.text.phrasings if p not in unfit)})
        return self.check(faq, text, checked.similarity).model_copy(update={"left_out": unfit})

    def agree(self, source: str, target: str, language: str) -> bool | None:
        """Whether two sentences show the same facts, links and placeholders; None: neither has any."""
        ours = tuple(fact for fact in extract(source, language) if fact.kind in _PINS)
        theirs = tuple(fact for fact in extract(target, self.market.tag) if fact.kind in _PINS)
        if not ours and not theirs:
            return None
        found = compare(ours, theirs, self.market, self.day)
        exact = [{fact.value for fact in facts if fact.kind not in COMPARED} for facts in (ours, theirs)]
        return not found.missing and not found.extra and exact[0] == exact[1]
