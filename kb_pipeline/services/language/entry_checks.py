"""The checks of a text as a market's entry, with or without a source FAQ: the rules of a profile, and drift of meaning."""

from dataclasses import replace
from datetime import date

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.facts import FactKind
from kb_pipeline.domain.faqs import FaqText, SourceFaq
from kb_pipeline.domain.findings import Finding, Severity
from kb_pipeline.domain.markets import Clause, Market
from kb_pipeline.ports.models import Embedder
from kb_pipeline.services.language.drift import Drift
from kb_pipeline.steps.checks import PROFILES, SAFE_RULES, Profile, Subject, run_checks, run_rules
from kb_pipeline.steps.checks.grounding import grounded
from kb_pipeline.steps.checks.meaning import meaning_drift
from kb_pipeline.steps.checks.phrasings import phrasing_repeated
from kb_pipeline.steps.checks.policy import missing_clauses
from kb_pipeline.steps.checks.quality import penalty
from kb_pipeline.steps.facts import Passage, compare, extract
from kb_pipeline.steps.facts.compare import COMPARED
from kb_pipeline.steps.localize.fixes import apply_fixes, worth_repairing

_PINS = COMPARED | {FactKind.URL, FactKind.PLACEHOLDER}


class CheckedEntry(Value):
    """A text with what the checks find."""

    text: FaqText
    findings: tuple[Finding, ...]
    similarity: float | None  # of the source's and the text's meaning (services.language.drift); None: not measured
    left_out: tuple[str, ...] = ()  # phrasings that failed: a lost one costs little, a repair round costs a call

    @property
    def own(self) -> tuple[Finding, ...]:
        """The findings that another wording can mend: not those on the source FAQ itself."""
        return tuple(finding for finding in self.findings if finding.rule != grounded.id)

    def with_doubts(self, *doubts: Finding) -> "CheckedEntry":
        """The same text with more findings of its own."""
        own = self.own
        return self.model_copy(update={"findings": (*own, *doubts, *(f for f in self.findings if f not in own))})

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

    def check(
        self, faq: SourceFaq, text: FaqText, similarity: float | None = None, profile: Profile = Profile.DRAFT
    ) -> CheckedEntry:
        """`text` as it is. `similarity`: of these two texts, where it is known already; measured where the profile asks."""
        if similarity is None and meaning_drift in PROFILES[profile]:
            similarity = self._drift.similarity(faq.text, text, faq.language)
        subject = self._subject(faq, text, similarity)
        return CheckedEntry(text=text, findings=run_checks(subject, profile), similarity=similarity)

    def missing_clauses(self, faq: SourceFaq, text: FaqText) -> tuple[Clause, ...]:
        """What the market must say in an answer, and `text` does not."""
        return tuple(missing_clauses(self._subject(faq, text)))

    def _subject(self, faq: SourceFaq, text: FaqText, similarity: float | None = None) -> Subject:
        return Subject(
            source=faq.text,
            target=text,
            source_language=faq.language,
            market=self.market,
            citations=faq.citations,
            topics=faq.topics,
            similarity=similarity,
            day=self.day,
        )

    def check_alone(self, text: FaqText) -> tuple[Finding, ...]:
        """The findings on an entry without a source, which is checked against itself: form, language, terms, and what harms."""
        alone = Subject(source=text, target=text, source_language=self.market.tag, market=self.market, day=self.day)
        nothing = replace(
            alone, source=FaqText(question="", answer="")
        )  # no source excuses somebody's data, or an order to the bot
        return run_checks(alone, Profile.IMPORT) + run_rules(nothing, SAFE_RULES)

    def mend(self, faq: SourceFaq, text: FaqText) -> CheckedEntry:
        """`text` with all certain fixes, and without the phrasings that still fail."""
        return self.fit(faq, self.check(faq, apply_fixes(text, self.check(faq, text).own)))

    def fit(self, faq: SourceFaq, checked: CheckedEntry) -> CheckedEntry:
        """What was checked, without the phrasings that failed."""
        if not (unfit := checked.unfit_phrasings):
            return checked
        text = checked.text.model_copy(update={"phrasings": tuple(p for p in checked.text.phrasings if p not in unfit)})
        return self.check(faq, text, checked.similarity).model_copy(update={"left_out": unfit})

    def agree(self, source: Passage, target: str) -> bool | None:
        """Whether two sentences show the same facts, links and placeholders; None: neither has any."""
        ours = tuple(fact for fact in source.facts if fact.kind in _PINS)
        theirs = tuple(fact for fact in extract(target, self.market.tag) if fact.kind in _PINS)
        if not ours and not theirs:
            return None
        found = compare(source, theirs, self.market, self.day)
        exact = [{fact.value for fact in facts if fact.kind not in COMPARED} for facts in (ours, theirs)]
        return not found.missing and not found.extra and exact[0] == exact[1]
