"""Take in a market's existing entries, checked and compared. None is published before a person approved it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Protocol

from pydantic import Field

from kb_pipeline.domain.base import Value, comparison_key
from kb_pipeline.domain.changes import Change, ChangeKind, ChangeState, Relation, RelationKind, generation_of, gives_way
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, entry_id
from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.sayable import normal, unsayable
from kb_pipeline.ports.changes import Changes, Entries, Imports, Proposals
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.progress import Progress
from kb_pipeline.services.language.entry_checks import EntryChecks
from kb_pipeline.services.relate.compared import EntryText
from kb_pipeline.services.relate.standing import StandingEntries
from kb_pipeline.steps.checks.assessment import assess

Row = tuple[int, Mapping[str, str]]  # line number, cells

_BATCH = 256  # rows compared at once


class ImportStore(Entries, Changes, Imports, Proposals, Protocol):
    """What importing takes of the store."""


class RejectedRow(Value):
    """A row that could not be taken in."""

    line: int
    code: str
    message: str


class WaitingRow(Value):
    """A row that was not proposed, since a person's text for the same entry waits to be decided on: `change_id`."""

    line: int
    question: str
    change_id: str


class ContradictingRow(Value):
    """A row that contradicts an entry of the market, or a row before it. `twin_id` is that entry's id."""

    line: int
    question: str
    twin_id: str
    why: tuple[str, ...]


class ImportResult(Value):
    """What became of the rows: each is imported, a duplicate of a known entry, or rejected."""

    imported: tuple[str, ...] = ()  # entry ids
    proposed: tuple[str, ...] = ()  # ids of the changes that now wait for a person
    duplicates: int = 0
    rejected: tuple[RejectedRow, ...] = ()
    relations: dict[str, int] = Field(default_factory=dict)  # of the imported rows, by kind
    contradictions: tuple[ContradictingRow, ...] = ()
    waiting: tuple[WaitingRow, ...] = ()


@dataclass
class _Outcome:
    """The result while it comes to be."""

    imported: list[str] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)
    duplicates: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    relations: Counter[str] = field(default_factory=Counter)
    contradictions: list[ContradictingRow] = field(default_factory=list)
    waiting: list[WaitingRow] = field(default_factory=list)

    def result(self) -> ImportResult:
        return ImportResult.model_validate(vars(self))


class Importer:
    """Takes rows into one market. `propose`: each is also proposed as an entry, so that a person can approve it."""

    def __init__(self, store: ImportStore, embedder: Embedder, market: Market, day: date, *, propose: bool) -> None:
        self._store = store
        self._market = market
        self._propose = propose
        self._checks = EntryChecks(market, embedder, day)
        self._standing = StandingEntries(store, embedder, market.tag)

    def run(self, rows: Iterable[Row], progress: Progress, total: int = 0) -> ImportResult:
        """Keep rows of `question`, `answer` and, if given, `phrasings` (separated by `|`), each with its line number.

        `total` is the number of rows, for the progress. Rows are read, compared and kept in batches. Raises what the embedder
        and the store raise; what was kept before stays, and the same rows again go on from there.
        """
        self._standing.refresh(progress)
        outcome, relations = _Outcome(), dict[str, Relation]()
        with progress.track(f"import {self._market.tag}", total) as done:
            revisions = self._revisions(rows, outcome)
            while batch := tuple(islice(revisions, _BATCH)):
                texts = [EntryText(r.entry_id, None, r.language, r.text) for _, r in batch]
                self._standing.relate_next(texts, relations)
                for line, revision in batch:
                    self._keep(line, revision, relations[revision.entry_id], outcome)
                    done(revision.text.question)
        return outcome.result()

    def _revisions(self, rows: Iterable[Row], outcome: _Outcome) -> Iterator[tuple[int, Revision]]:
        """The usable rows as texts; of rows with one question the first counts."""
        first: dict[str, tuple[int, str]] = {}
        for line, row in rows:
            question, answer = (row.get("question") or "").strip(), (row.get("answer") or "").strip()
            if not question or not answer:
                missing = "question" if not question else "answer"
                outcome.rejected.append(RejectedRow(line=line, code="empty-cell", message=f"the row has no {missing}"))
                continue
            phrasings = tuple(p.strip() for p in (row.get("phrasings") or "").split("|") if p.strip())
            text = normal(FaqText(question=question, answer=answer, phrasings=phrasings))
            if why := next(iter(unsayable(text)), None):
                message = f"the {why.part} {why.reason}"
                outcome.rejected.append(RejectedRow(line=line, code="unsayable", message=message))
                continue
            revision = self._revision(text)
            before, known = first.setdefault(revision.entry_id, (line, answer))
            if before == line:
                yield line, revision
            elif known == answer:
                outcome.duplicates += 1
            else:
                message = f"line {before} asks the same and answers otherwise; keep the one that holds"
                outcome.rejected.append(RejectedRow(line=line, code="repeated-question", message=message))

    def _revision(self, text: FaqText) -> Revision:
        tag = self._market.tag
        return Revision(
            entry_id=entry_id(tag, f"imported:{comparison_key(text.question).casefold()}"),
            market=tag,
            language=tag,
            text=text,
            provenance=Provenance(actor="import"),
        )

    def _keep(self, line: int, revision: Revision, relation: Relation, outcome: _Outcome) -> None:
        if self._store.import_entry(revision):
            outcome.imported.append(revision.entry_id)
            outcome.relations[relation.kind.value] += 1
        else:
            outcome.duplicates += 1
        change = self._change(revision, relation) if self._propose else None
        if change is not None:
            self._propose_change(line, change, outcome)
        if relation.kind is RelationKind.CONTRADICTORY:
            twin, question = relation.twin_id or "", revision.text.question
            outcome.contradictions.append(ContradictingRow(line=line, question=question, twin_id=twin, why=relation.guards))

    def _propose_change(self, line: int, change: Change, outcome: _Outcome) -> None:
        if self._store.propose(change):
            outcome.proposed.append(change.id)
            return
        open_ = self._store.changes(change.market, (ChangeState.PENDING, ChangeState.CHANGES_REQUESTED), change.entry_id)
        first = next((other for other in open_ if other.id != change.id and not gives_way(other, change)), None)
        if first is not None and change.revision is not None:
            outcome.waiting.append(WaitingRow(line=line, question=change.revision.text.question, change_id=first.id))

    def _change(self, revision: Revision, relation: Relation) -> Change | None:
        """The change that says the imported text; None where it is said already."""
        approved = self._store.approved_text(revision.entry_id)
        if approved is not None and approved.text == revision.text:
            return None
        findings, before = self._checks.check_alone(revision.text), (approved.text,) if approved else ()
        known = assess(revision.text, findings, None, relation, (), self._market, before)
        return Change(
            market=self._market.tag,
            generation=generation_of(self._store.changes(self._market.tag, (), revision.entry_id)),
            entry_id=revision.entry_id,
            kind=ChangeKind.UPDATE if approved else ChangeKind.ADD,
            revision=revision,
            base_revision_id=approved.id if approved else None,
            **dict(known),
        )
