"""Take in a market's existing entries, to compare new ones with. None is published before a person approved it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from kb_pipeline.domain.base import Value, comparison_key
from kb_pipeline.domain.changes import Change, ChangeKind, Relation, RelationKind
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, entry_id
from kb_pipeline.domain.markets import Market
from kb_pipeline.ports.changes import Entries, Imports, Proposals
from kb_pipeline.steps.checks import PEOPLES_RULES, Subject, run_checks
from kb_pipeline.steps.checks.quality import estimate
from kb_pipeline.steps.checks.risk import risk_of


class ImportStore(Entries, Imports, Proposals, Protocol):
    """What importing takes of the store."""


class RejectedRow(Value):
    """A row that could not be taken in."""

    line: int
    code: str
    message: str


class ImportResult(Value):
    """What became of the rows: each is imported, a duplicate of a known entry, or rejected."""

    imported: tuple[str, ...] = ()  # entry ids
    proposed: tuple[str, ...] = ()  # ids of the changes that now wait for a person
    duplicates: int = 0
    rejected: tuple[RejectedRow, ...] = ()


def import_entries(
    rows: Iterable[tuple[int, Mapping[str, str]]], market: Market, store: ImportStore, propose_on: date | None = None
) -> ImportResult:
    """Keep rows of `question`, `answer` and, if given, `phrasings` (separated by `|`), each with its line number.

    With `propose_on`, the day on which they are checked, each is also proposed as a new entry: then a person can approve it.
    """
    imported, proposed, duplicates, rejected = list[str](), list[str](), 0, list[RejectedRow]()
    for line, row in rows:
        question, answer = (row.get("question") or "").strip(), (row.get("answer") or "").strip()
        if not question or not answer:
            missing = "question" if not question else "answer"
            rejected.append(RejectedRow(line=line, code="empty-cell", message=f"the row has no {missing}"))
            continue
        phrasings = tuple(p.strip() for p in (row.get("phrasings") or "").split("|") if p.strip())
        revision = Revision(
            entry_id=entry_id(market.tag, f"imported:{comparison_key(question).casefold()}"),
            market=market.tag,
            language=market.tag,
            text=FaqText(question=question, answer=answer, phrasings=phrasings),
            provenance=Provenance(actor="import"),
        )
        if store.import_entry(revision):
            imported.append(revision.entry_id)
        else:
            duplicates += 1
        if propose_on is not None and store.approved_text(revision.entry_id) is None:
            change = _proposal(revision, market, propose_on)
            if store.propose(change):
                proposed.append(change.id)
    return ImportResult(imported=tuple(imported), proposed=tuple(proposed), duplicates=duplicates, rejected=tuple(rejected))


def _proposal(revision: Revision, market: Market, day: date) -> Change:
    """The change that adds an imported entry. It has no source, so it is checked against itself: form, language, terms."""
    text = revision.text
    findings = run_checks(Subject(source=text, target=text, source_language=market.tag, market=market, day=day), PEOPLES_RULES)
    relation, quality = Relation(kind=RelationKind.NEW), estimate(findings, None, text, market.tag)
    return Change(
        market=market.tag,
        entry_id=revision.entry_id,
        kind=ChangeKind.ADD,
        revision=revision,
        relation=relation,
        findings=findings,
        quality=quality,
        risk=risk_of((), findings, relation, market, quality),
    )
