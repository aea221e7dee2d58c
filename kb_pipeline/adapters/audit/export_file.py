"""A signed copy of the audit trail as lines of JSON: a head line, every event as it is chained, a signature over all of it."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kb_pipeline.domain.audit import AuditFinding, AuditKey, AuditReport
from kb_pipeline.errors import BlockedError, NotFoundError, StoreError
from kb_pipeline.steps.audit.walk import Walk

FORMAT = "kb-audit-trail-1"


def write_export(path: Path, links: Iterable[Mapping[str, Any]], key: AuditKey) -> tuple[int, str]:
    """Write the trail to a new file that only its owner reads; the number of events and the head.

    Raises BlockedError if the file is there already, StoreError.
    """
    count, head, content = 0, "", hashlib.sha256()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for line in ({"format": FORMAT, "at": datetime.now(UTC).isoformat(), "key": key.id}, *links):
                raw = _line(line)
                content.update(raw)
                file.write(raw)
                count, head = int(line.get("seq", 0)), str(line.get("hash", ""))
            file.write(_line({"events": count, "head": head, "signature": key.sign(content.digest())}))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise BlockedError(f"'{path}' is there already", "give another name") from error
    except OSError as error:
        raise StoreError(f"cannot write '{path}': {error}", "choose another place") from error
    return count, head


def verify_export(path: Path, keys: Sequence[AuditKey]) -> AuditReport:
    """Whether a file is a whole copy that was signed with one of `keys`. Raises NotFoundError, StoreError for another file."""
    if not path.is_file():
        raise NotFoundError(f"there is no file '{path}'", "give the path of a file that kb audit export wrote")
    walk, content, last = Walk(keys), hashlib.sha256(), b""
    try:
        with path.open("rb") as file:
            first = file.readline()
            about = json.loads(first)
            if about.get("format") != FORMAT:
                raise ValueError("its first line is of another format")
            content.update(first)
            for raw in file:
                if last:
                    content.update(last)
                    walk.take(json.loads(last))
                last = raw
        end = json.loads(last or b"{}")
        walk.end((int(end.get("events", -1)), walk.head if end.get("events") == 0 else str(end.get("head", ""))))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"'{path}' is no export of an audit trail: {error}", "make one with kb audit export FILE") from error
    signed = next((key.sign(content.digest()) for key in keys if key.id == about.get("key")), "")
    wrong = () if signed and signed == end.get("signature") else (_UNSIGNED,)
    return AuditReport(
        events=walk.count,
        head=walk.head,
        keyed=walk.keyed,
        is_sealed=walk.is_sealed,
        anchored=None,
        findings=(*walk.findings, *walk.unknown.values(), *wrong),
        accepted=tuple(walk.accepted),
    )


_UNSIGNED = AuditFinding(place="the signature", message="is not one by a key that is here")


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
