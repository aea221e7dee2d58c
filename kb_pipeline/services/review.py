"""What reviewers do with a change: look at it, approve, edit and approve, request changes, reject. Every word is a Decision."""

from collections.abc import Sequence
from datetime import date

from kb_pipeline.domain.articles import Article, Sentence
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.changes import Change, ChangeState, Decision, RootCause, Verdict
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, SourceFaq
from kb_pipeline.domain.findings import Finding
from kb_pipeline.domain.markets import Market
from kb_pipeline.errors import BlockedError
from kb_pipeline.ports import Entry, Store
from kb_pipeline.steps.checks import Subject, run_checks


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
    """All that a person needs to decide on one change."""

    change: Change
    source: SourceFaq | None
    approved: Revision | None
    evidence: tuple[Evidence, ...]
    twin: Entry | None
    decisions: tuple[Decision, ...]


class Reviewer:
    """The use case of one person, `actor`."""

    def __init__(self, store: Store, markets: Sequence[Market], actor: str, day: date) -> None:
        self._store = store
        self._markets = {m.tag: m for m in markets}
        self._actor = actor
        self._day = day

    def queue(self, market: str | None, states: Sequence[ChangeState] = (ChangeState.PENDING,)) -> Sequence[Change]:
        """Changes that wait, riskiest first."""
        return self._store.changes(market, states)

    def card(self, change_id: str) -> Card:
        """The change with its evidence. Raises NotFoundError."""
        change = self._store.change(change_id)
        faqs = {f.id: f for f in self._store.source_faqs(retired=True)}
        twins = {e.id: e for e in self._store.entries(change.market)} if change.relation.twin_id else {}
        return Card(
            change=change,
            source=faqs.get(change.source_faq_id or ""),
            approved=self._store.approved_text(change.entry_id),
            evidence=self._evidence(change),
            twin=twins.get(change.relation.twin_id or ""),
            decisions=tuple(self._store.decisions(change.id)),
        )

    def approve(self, change_id: str, *, version: int | None = None, override: bool = False, comment: str = "") -> Change:
        """Approve what is proposed. Raises ConflictError, BlockedError, IllegalTransitionError."""
        return self._decide(change_id, Verdict.APPROVE, version, override=override, comment=comment)

    def edit(
        self, change_id: str, text: FaqText, *, category: str, root_cause: RootCause | None, version: int | None = None,
        override: bool = False, comment: str = "",
    ) -> Change:  # fmt: skip
        """Approve `text` instead; the same checks run on it. Raises as approve, and BlockedError for an unchanged text."""
        change = self._store.change(change_id)
        if change.revision is None:
            raise BlockedError("a retirement has no text to edit", "approve or reject it")
        if text == change.revision.text:
            raise BlockedError("the text is what was proposed", f"approve it: kb review approve {change_id}")
        revision = change.revision.model_copy(
            update={
                "text": text,
                "provenance": Provenance(actor=self._actor, source_revision=change.source_revision),
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
        """The findings on `text`, as if it were the change's."""
        market = self._markets.get(change.market)
        source = next((f for f in self._store.source_faqs(retired=True) if f.id == change.source_faq_id), None)
        if market is None or source is None:
            return ()
        return run_checks(
            Subject(
                source=source.text,
                target=text,
                source_language=source.language,
                market=market,
                citations=source.citations,
                day=self._day,
            )
        )

    def _decide(  # noqa: PLR0913 - the parts of a decision
        self, change_id: str, verdict: Verdict, version: int | None, *, category: str = "", root_cause: RootCause | None = None,
        override: bool = False, comment: str = "", edited: Revision | None = None, findings: Sequence[Finding] | None = None,
    ) -> Change:  # fmt: skip
        change = self._store.change(change_id)
        decision = Decision(
            change_id=change.id,
            verdict=verdict,
            actor=self._actor,
            seen_version=change.version if version is None else version,
            category=category,
            root_cause=root_cause,
            comment=comment,
            override_critical=override,
        )
        return self._store.decide(decision, edited, findings)

    def _evidence(self, change: Change) -> tuple[Evidence, ...]:
        if change.revision is None:
            return ()
        articles = {a.id: a for a in self._store.articles()}
        return tuple(
            _in_place(c.article_id, c.sentence_hash, c.text, c.heading_path, articles, self._store.sentences(c.article_id))
            for c in change.revision.citations
        )


def _in_place(
    article_id: str, sentence: str, text: str, path: tuple[str, ...], articles: dict[str, Article], around: Sequence[Sentence]
) -> Evidence:
    at = next((n for n, s in enumerate(around) if s.hash == sentence), None)
    title = articles[article_id].title if article_id in articles else article_id
    if at is None:
        return Evidence(article_id=article_id, title=title, heading_path=path, text=text, present=False)
    return Evidence(
        article_id=article_id,
        title=title,
        heading_path=around[at].heading_path,
        text=text,
        before=tuple(s.text for s in around[max(0, at - 1) : at]),
        after=tuple(s.text for s in around[at + 1 : at + 2]),
    )
