"""What reviewers do with a change: look at it, approve, edit and approve, reject. Every word is a Decision."""

from collections.abc import Sequence
from datetime import date

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.articles import Sentence, SentenceKind
from kb_pipeline.domain.audit import AuditEvent
from kb_pipeline.domain.base import Value, comparison_key
from kb_pipeline.domain.changes import Change, Decision, RiskTier, RootCause, Verdict
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.markets import Market, MarketFact
from kb_pipeline.errors import BlockedError, ForbiddenError, NotFoundError
from kb_pipeline.ports import Entry, Store
from kb_pipeline.services.review.queue import QueueFilter, select
from kb_pipeline.steps.checks import PEOPLES_RULES, Subject, run_checks
from kb_pipeline.steps.facts.table import FactRow, fact_table


class Evidence(Value):
    """A cited sentence in its place: the article's sentences around it. `present`: it still stands in the article."""

    article_id: str
    title: str
    heading_path: tuple[str, ...]
    text: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    present: bool = True


class Card(Value):
    """All that a person needs to decide on one change. `source_before` is the source that the approved text was made from."""

    change: Change
    source: SourceFaq | None
    source_before: SourceFaq | None = None
    approved: Revision | None
    evidence: tuple[Evidence, ...]
    facts: tuple[FactRow, ...] = ()
    rules: tuple[MarketFact, ...] = ()  # the valid market facts that `facts` name
    similarity: float | None = None  # of the source's and the proposal's meaning; None: not measured, or edited since
    twin: Entry | None
    decisions: tuple[Decision, ...]
    history: tuple[AuditEvent, ...] = ()

    def rule_of(self, row: FactRow) -> MarketFact | None:
        """The market fact that a line of `facts` rests on, with who says so and how long it holds."""
        return next((rule for rule in self.rules if (rule.key, rule.value) == (row.market_fact, row.wanted)), None)

    @property
    def approvers(self) -> tuple[str, ...]:
        """Who approved the text as it stands; an edit makes a new text, and its editor is the first to approve it."""
        names: list[str] = []
        for decision in self.decisions:
            if decision.verdict is Verdict.EDIT:
                names.clear()
            if decision.verdict in (Verdict.APPROVE, Verdict.EDIT):
                names.append(decision.actor)
        return tuple(names)

    def needs_another_than(self, name: str) -> bool:
        """Whether `name` approved this high-risk change already, so that somebody else must."""
        people = {comparison_key(person).casefold() for person in self.approvers}
        return self.change.risk is RiskTier.HIGH and comparison_key(name).casefold() in people


class Reviewer:
    """The use case of one person, `user`, who sees nothing of markets that are not theirs."""

    def __init__(self, store: Store, markets: Sequence[Market], user: User, day: date) -> None:
        self._store = store
        self._markets = {m.tag: m for m in markets}
        self._user = user
        self._day = day

    def queue(self, wanted: QueueFilter) -> Sequence[Change]:
        """The changes that pass the filter, riskiest first, then the worst."""
        return select(self.changes(wanted), wanted)

    def changes(self, wanted: QueueFilter) -> Sequence[Change]:
        """The person's changes in the filter's market and state, whatever its facets: what facets are counted over."""
        found = self._store.changes(wanted.market or None, (wanted.state,))
        return [change for change in found if self._user.may(Role.VIEWER, change.market)]

    def card(self, change_id: str) -> Card:
        """The change with its evidence. Raises NotFoundError."""
        change = self._change(change_id)
        source = self._store.source_faq(change.source_faq_id or "")
        approved = self._store.approved_text(change.entry_id)
        twin, facts = change.relation.twin_id, self._facts(change, source)
        return Card(
            change=change,
            source=source,
            source_before=self._source_before(source, approved),
            approved=approved,
            evidence=tuple(self._evidence(change)),
            facts=facts,
            rules=self._rules(change, facts),
            similarity=self._similarity(change),
            twin=self._store.entry(twin) if twin else None,
            decisions=tuple(self._store.decisions(change.id)),
            history=tuple(self._store.events(change.id)),
        )

    def approve(self, change_id: str, *, version: int | None = None, override: bool = False, comment: str = "") -> Change:
        """Approve what is proposed. Raises ConflictError, BlockedError, ForbiddenError, IllegalTransitionError."""
        return self._decide(change_id, Verdict.APPROVE, version, override=override, comment=comment)

    def edit(
        self, change_id: str, text: FaqText, *, category: str, root_cause: RootCause | None, version: int | None = None,
        override: bool = False, comment: str = "",
    ) -> Change:  # fmt: skip
        """Approve `text` instead; the same checks run on it. Raises as approve, and BlockedError for an unchanged text."""
        change = self._change(change_id)
        if change.revision is None:
            raise BlockedError("a retirement has no text to edit", "approve or reject it")
        if text == change.revision.text:
            raise BlockedError("the text is what was proposed", f"approve it: kb review approve {change_id}")
        if not (text.question.strip() and text.answer.strip()):
            raise BlockedError("an entry needs a question and an answer", "write both")
        revision = change.revision.model_copy(
            update={
                "text": text,
                "provenance": Provenance(actor=self._user.name, source_revision=change.source_revision),
            }
        )
        findings = self.check(change, text)
        return self._decide(
            change_id, Verdict.EDIT, version, category=category, root_cause=root_cause, override=override, comment=comment,
            edited=revision, findings=findings,
        )  # fmt: skip

    def reject(
        self, change_id: str, *, category: str, root_cause: RootCause | None, version: int | None = None, comment: str = ""
    ) -> Change:
        """Reject what is proposed, with a reason. Raises as approve."""
        return self._decide(change_id, Verdict.REJECT, version, category=category, root_cause=root_cause, comment=comment)

    def check(self, change: Change, text: FaqText) -> tuple[Finding, ...]:
        """The findings on `text`, as if it were the change's. An imported entry has no source: it is checked against itself."""
        market = self._markets.get(change.market)
        source = self._store.source_faq(change.source_faq_id or "")
        if market is None:
            return ()
        if source is None:
            alone = Subject(source=text, target=text, source_language=market.tag, market=market, day=self._day)
            return run_checks(alone, PEOPLES_RULES)
        return run_checks(
            Subject(
                source=source.text,
                target=text,
                source_language=source.language,
                market=market,
                citations=source.citations,
                topics=source.topics,
                day=self._day,
            )
        )

    def _change(self, change_id: str) -> Change:
        change = self._store.change(change_id)
        if not self._user.may(Role.VIEWER, change.market):
            raise NotFoundError(f"no change '{change_id}'", "list the ids: kb review list")
        return change

    def _decide(  # noqa: PLR0913 - the parts of a decision
        self, change_id: str, verdict: Verdict, version: int | None, *, category: str = "", root_cause: RootCause | None = None,
        override: bool = False, comment: str = "", edited: Revision | None = None, findings: Sequence[Finding] | None = None,
    ) -> Change:  # fmt: skip
        change = self._change(change_id)
        if not self._user.may(Role.REVIEWER, change.market):
            raise ForbiddenError(f"'{self._user.name}' may look, but not decide", "ask an admin for the role reviewer")
        decision = Decision(
            change_id=change.id,
            verdict=verdict,
            actor=self._user.name,
            seen_version=change.version if version is None else version,
            category=category,
            root_cause=root_cause,
            comment=comment,
            override_critical=override,
        )
        return self._store.decide(decision, edited, findings)

    def _source_before(self, source: SourceFaq | None, approved: Revision | None) -> SourceFaq | None:
        revision = approved.provenance.source_revision if approved else 0
        if source is None or not 0 < revision < source.revision:
            return None
        return self._store.source_faq_at(source.id, revision)

    def _facts(self, change: Change, source: SourceFaq | None) -> tuple[FactRow, ...]:
        market = self._markets.get(change.market)
        if market is None or source is None or change.revision is None:
            return ()
        texts = (f"{text.question}\n{text.answer}" for text in (source.text, change.revision.text))
        return fact_table(next(texts), source.language, next(texts), market, self._day)

    def _rules(self, change: Change, rows: Sequence[FactRow]) -> tuple[MarketFact, ...]:
        named = {row.market_fact for row in rows}
        market = self._markets.get(change.market)
        return tuple(f for f in market.facts if f.key in named and f.is_valid_on(self._day)) if market else ()

    def _similarity(self, change: Change) -> float | None:
        if change.revision is None:
            return None
        drafts = (d for d in self._store.drafts(change.market) if d.source_faq_id == change.source_faq_id)
        return next((d.similarity for d in drafts if d.revision.id == change.revision.id), None)

    def _evidence(self, change: Change) -> Sequence[Evidence]:
        if change.revision is None or not change.revision.citations:
            return ()
        titles = {article.id: article.title for article in self._store.articles()}
        return [
            _in_place(c.article_id, c.sentence_hash, c.text, c.heading_path, titles, self._store.sentences(c.article_id))
            for c in change.revision.citations
        ]


def _in_place(
    article_id: str, sentence: str, text: str, path: tuple[str, ...], titles: dict[str, str], around: Sequence[Sentence]
) -> Evidence:
    at = next((n for n, s in enumerate(around) if s.hash == sentence), None)
    title = titles.get(article_id, article_id)
    if at is None:
        return Evidence(article_id=article_id, title=title, heading_path=path, text=text, present=False)
    before, after = around[max(0, at - 1) : at], around[at + 1 : at + 2]
    return Evidence(
        article_id=article_id,
        title=title,
        heading_path=around[at].heading_path,
        text=text,
        before=tuple(s.text for s in before if s.kind is not SentenceKind.HEADING),
        after=tuple(s.text for s in after if s.kind is not SentenceKind.HEADING),
    )
