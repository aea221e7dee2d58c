"""One walk through the trail, oldest event first: whether each link is as it was written, and what the events vouch for."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from kb_pipeline.domain.audit import GENESIS, SEALED, UNKEYED_REMEDY, AnchorMark, AuditFinding, AuditKey, canonical, link_of
from kb_pipeline.steps.audit.approvals import Approvals

_OWN = ("prev_hash", "hash")  # of a link; the rest is what its hash covers
_NO_KEY = -1


class Walk:
    """Takes every link once, in order. Afterwards it holds what was found, and what each row should be."""

    def __init__(self, keys: Sequence[AuditKey] = (), marks: Sequence[AnchorMark] = (), signed_from: int | None = None) -> None:
        """`signed_from`: the first event that had a key, as the keys know it; None: they do not."""
        self._keys = {key.id: (place, key) for place, key in enumerate(keys)}
        self._marks: dict[int, set[str]] = {}
        for mark in marks:
            self._marks.setdefault(mark.count, set()).add(mark.head)
        self._signed_from = signed_from
        self._content = hashlib.sha256()
        self._last_key = _NO_KEY
        self.count, self.head, self.keyed = 0, GENESIS, 0
        self.is_sealed = True  # until an event comes that knows no rows
        self.rows: dict[str, str | None] = {}  # row -> its digest; None: it is gone
        self.items: Mapping[str, str] = {}  # release -> the hash of other items than it was made with, that a person took
        self.approvals = Approvals()
        self.findings: list[AuditFinding] = []
        self.unknown: dict[str, AuditFinding] = {}  # id of a key that is not here -> its first event
        self.accepted: list[AuditFinding] = []

    @property
    def content(self) -> str:
        """Identity of all events so far, whatever their keys are."""
        return self._content.hexdigest()

    def take(self, taken: Mapping[str, Any]) -> None:
        """The next link."""
        fields = {name: value for name, value in taken.items() if name not in _OWN}
        self.count += 1
        if taken["seq"] != self.count:
            self._find(self.count, f"is missing: event {taken['seq']} comes in its place")
            self.count = int(taken["seq"])
        elif taken["prev_hash"] != self.head:
            self._find(self.count, "does not follow the one before it")
        content = canonical(taken["prev_hash"], fields)
        self._check_key(fields, content, taken["hash"])
        self._check_mark(taken["hash"])
        self.head = taken["hash"]
        self._take_rows(fields)
        self._content.update(content)
        self.approvals.take(fields)

    def skip(self, seq: object, head: object) -> None:
        """A link that cannot be read."""
        self._find(self.count, "cannot be read")
        self.head = str(head)
        self._content.update(repr((seq, head)).encode())

    def end(self, head: tuple[int, str] | None) -> None:
        """Compare the end with the head that the database keeps, and with the anchor's marks beyond it."""
        if head != (self.count, self.head):
            bad = self.count if head and head[0] == self.count else min(head[0] if head else 0, self.count) + 1
            self._find(max(bad, 1), "is not the last one by the trail's own head")
        ahead = max(self._marks, default=0)
        if ahead > self.count:
            self._find(self.count + 1, f"is gone: the anchor outside the database knows {ahead} events")

    def _check_key(self, fields: Mapping[str, Any], content: bytes, found: str) -> None:
        place, key = self._keys.get(fields.get("key", ""), (_NO_KEY, None))
        self.keyed += bool(fields.get("key"))
        if fields.get("key") and key is None:
            message = f"and those that follow are keyed by {fields['key']}, a key that is not here"
            self.unknown.setdefault(
                fields["key"], AuditFinding(place=f"event {self.count}", message=message, remedy=UNKEYED_REMEDY)
            )
            return
        if link_of(content, key) != found:
            self._find(self.count, "is not as it was written")
        begins = fields["action"] == SEALED or self.count == 1
        if place < self._last_key:
            self._find(self.count, "has no key, or an older one than the event before it")
        elif key is None and self.count == self._signed_from:
            self._find(self.count, f"and those that follow have no key, but from event {self.count} on all were signed")
        elif place > self._last_key == _NO_KEY and not begins:
            self._find(self.count, "has a key, but no event says from where on there is one")
        self._last_key = max(place, self._last_key)

    def _check_mark(self, found: str) -> None:
        if self._marks.get(self.count, {found}) != {found}:
            self._find(self.count, "is another one than the anchor outside the database knows")

    def _take_rows(self, fields: Mapping[str, Any]) -> None:
        rows = fields.get("rows")
        if rows is None:
            self.is_sealed = False
        elif fields["action"] == SEALED:
            self._seal(fields, {name: after for name, (_, after) in rows.items()})
        else:
            for name, (before, after) in rows.items():
                self._take_row(name, before)
                self.rows[name] = after

    def _take_row(self, name: str, found: str | None) -> None:
        """A row as an event found it; unless the trail knows it so, somebody wrote to it in between."""
        if self.is_sealed and self.rows.get(name) != found:
            self.findings.append(changed_by_hand(name, f"before event {self.count}"))

    def _seal(self, fields: Mapping[str, Any], rows: dict[str, str | None]) -> None:
        """All rows as they were found. With a person's reason also what was found before is settled."""
        after = fields["after"] or {}
        if after.get("reason") and after.get("trail") == self.content:
            self.accepted += (*self.findings, *self.unknown.values())
            self.findings, self.unknown, self.items = [], {}, dict(after.get("items", {}))
        else:
            if self.keyed > bool(fields.get("key")):
                self._find(self.count, "seals the trail once more without a person's reason")
            for name in sorted(self.rows.keys() | rows.keys()):
                self._take_row(name, rows.get(name))
        self.is_sealed, self.rows = True, rows

    def _find(self, number: int, message: str) -> None:
        self.findings.append(AuditFinding(place=f"event {number}", message=message))


def changed_by_hand(row: str, when: str = "", market: str = "") -> AuditFinding:
    """A row that is not as the program wrote it."""
    return AuditFinding(place=row, message=f"was changed by hand {when}".rstrip(), market=market)
