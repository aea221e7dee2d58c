"""Take in a market's existing entries, to compare new ones with. They are never said until a person approved them."""

from collections.abc import Iterable, Mapping

from kb_pipeline.domain.base import Value, comparison_key
from kb_pipeline.domain.faqs import FaqText, Provenance, Revision, entry_id
from kb_pipeline.domain.markets import Market
from kb_pipeline.ports import Store


class RejectedRow(Value):
    """A row that could not be taken in."""

    line: int
    code: str
    message: str


class ImportResult(Value):
    """What became of the rows: each is imported, a duplicate of a known entry, or rejected."""

    imported: tuple[str, ...] = ()  # entry ids
    duplicates: int = 0
    rejected: tuple[RejectedRow, ...] = ()


def import_entries(rows: Iterable[tuple[int, Mapping[str, str]]], market: Market, store: Store) -> ImportResult:
    """Keep rows of `question`, `answer` and, if given, `phrasings` (separated by `|`), each with its line number."""
    imported, duplicates, rejected = list[str](), 0, list[RejectedRow]()
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
    return ImportResult(imported=tuple(imported), duplicates=duplicates, rejected=tuple(rejected))
