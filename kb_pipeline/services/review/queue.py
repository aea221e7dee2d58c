"""The queue's filters: which changes a person wants to see, and how many each further choice would leave. No I/O."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from kb_pipeline.domain.base import Value, comparison_key
from kb_pipeline.domain.changes import Change, ChangeKind, ChangeState, RelationKind, RiskTier
from kb_pipeline.domain.findings import Severity, worst

FACETS = ("risk", "relation", "kind", "severity", "rule")


class QueueFilter(Value):
    """What a person looks for; a field that is None or empty lets everything through. `severity` is the worst finding's."""

    market: str = ""
    state: ChangeState = ChangeState.PENDING
    risk: RiskTier | None = None
    relation: RelationKind | None = None
    kind: ChangeKind | None = None
    severity: Severity | None = None
    rule: str = ""
    text: str = ""

    def selects(self, change: Change, *, ignoring: str = "") -> bool:
        """Whether `change` passes; `ignoring` names a facet that does not count."""
        wanted = ((facet, getattr(self, facet)) for facet in FACETS if facet != ignoring)
        return all(not value or value in values_of(change, facet) for facet, value in wanted) and self._reads(change)

    @cached_property
    def _needle(self) -> str:
        return comparison_key(self.text).casefold()

    def _reads(self, change: Change) -> bool:
        if not self._needle:
            return True
        text = change.revision.text if change.revision else None
        texts = (text.question, text.answer, *text.phrasings) if text else ()
        return any(self._needle in comparison_key(text).casefold() for text in (*texts, change.id))


def values_of(change: Change, facet: str) -> tuple[str, ...]:
    """What a change is under a facet; under `rule` it may be several."""
    if facet == "rule":
        return tuple(dict.fromkeys(finding.rule for finding in change.findings))
    if facet == "severity":
        severity = worst(change.findings)
        return (severity.value,) if severity else ()
    if facet == "relation":
        return (change.relation.kind.value,)
    return (change.risk.value if facet == "risk" else change.kind.value,)


def select(changes: Iterable[Change], wanted: QueueFilter) -> tuple[Change, ...]:
    """The changes that pass, in their order."""
    return tuple(change for change in changes if wanted.selects(change))


def count_by(changes: Sequence[Change], wanted: QueueFilter) -> Mapping[str, Mapping[str, int]]:
    """Per facet and value: how many changes there would be if that value were chosen and all other filters stayed."""
    return {
        facet: Counter(
            value for change in changes if wanted.selects(change, ignoring=facet) for value in values_of(change, facet)
        )
        for facet in FACETS
    }
