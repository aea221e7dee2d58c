"""The anchor of the audit trail: a file to which the trail's head is added after every commit. Nothing is ever taken out."""

import json
import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kb_pipeline.domain.audit import AnchorMark
from kb_pipeline.errors import StoreError

_log = logging.getLogger(__name__)


class AnchorFile:
    """`ports.audit.AuditAnchor` as lines of JSON.

    A line is written after the commit that it is about, so that a crash leaves the anchor behind the trail, never ahead. It is
    one write at the file's end: many processes may use one file. A line that a crash cut is passed over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, count: int, head: str) -> None:
        """See ports.audit.AuditAnchor."""
        try:
            self._add({"count": count, "head": head})
        except OSError as error:
            _log.warning("the audit trail's anchor '%s' was not written: %s", self.path, error)

    def restart(self, count: int, head: str, why: str) -> None:
        """See ports.audit.AuditAnchor. Raises StoreError."""
        try:
            self._add({"count": count, "head": head, "restart": why})
        except OSError as error:
            raise StoreError(f"cannot write the audit trail's anchor: {error}", "set KB_AUDIT_ANCHOR") from error

    def marks(self) -> Sequence[AnchorMark]:
        """See ports.audit.AuditAnchor. Raises StoreError if the file cannot be read."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreError(f"cannot read the audit trail's anchor: {error}", "set KB_AUDIT_ANCHOR") from error
        marks: list[AnchorMark] = []
        for line in lines:
            known = _read(line)
            if known is not None:
                marks = [] if "restart" in known else marks
                marks.append(AnchorMark(count=known["count"], head=known["head"]))
        return marks

    def _add(self, line: dict[str, Any]) -> None:
        text = json.dumps(line | {"at": datetime.now(UTC).isoformat(timespec="seconds")}, ensure_ascii=False)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, f"\n{text}".encode())  # the line's end comes first: it ends one that a crash cut, too
        finally:
            os.close(handle)


def _read(line: bytes) -> dict[str, Any] | None:
    """A line; None for an empty one, and for one that a crash cut."""
    try:
        known = json.loads(line)
        AnchorMark(count=known["count"], head=known["head"])
    except (ValueError, KeyError, TypeError, ValidationError):
        return None
    return dict(known)
