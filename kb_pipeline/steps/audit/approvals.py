"""Who approved which text, by what the events say. One walk over them, then questions."""

from collections.abc import Mapping
from typing import Any

from kb_pipeline.domain.base import comparison_key
from kb_pipeline.domain.changes import ChangeState, RiskTier, Verdict

_APPROVING = {f"change.{verdict}" for verdict in (Verdict.APPROVE, Verdict.EDIT)}


class Approvals:
    """The approvals that the trail knows."""

    def __init__(self) -> None:
        self._settled: dict[str, tuple[str | None, str]] = {}  # entry -> its text, and the change that made it so
        self._people: dict[tuple[str, str | None], set[str]] = {}  # change, text -> who approved it
        self._final: dict[tuple[str, str | None], RiskTier] = {}  # change, text -> the risk it was approved with

    def take(self, fields: Mapping[str, Any]) -> None:
        """The next event."""
        action, after = fields["action"], fields["after"] or {}
        if action in ("entry.approved", "entry.retired") and "change" in after:
            self._settled[fields["subject"]] = after.get("revision"), after["change"]
        elif action in _APPROVING:
            key = fields["subject"], after.get("revision")
            self._people.setdefault(key, set()).add(comparison_key(fields["actor"]).casefold())
            if after.get("state") == ChangeState.APPROVED:
                self._final[key] = RiskTier(after.get("risk", RiskTier.LOW))

    def missing(self, entry_id: str, revision_id: str) -> str | None:
        """What the trail lacks to prove that people approved this text of the entry; None: it proves it."""
        revision, change = self._settled.get(entry_id, (None, ""))
        if revision != revision_id:
            return f"says text {revision_id}, and no event of the trail says that anybody approved it"
        risk = self._final.get((change, revision_id))
        if risk is None:
            return f"says text {revision_id}, but nobody approved change {change} by the trail"
        if risk is RiskTier.HIGH and len(self._people[change, revision_id]) < 2:
            return f"says text {revision_id} of high risk, which only one person approved by the trail"
        return None
