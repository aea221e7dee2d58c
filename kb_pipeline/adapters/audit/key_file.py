"""The keys of the audit trail: a file that only its owner reads, one key a line, the last one in use. Or a setting.

A line that begins with `#` is no key. One of them says from which event on the trail is signed: whoever writes the chain anew
without a key cannot unsay that.
"""

import logging
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kb_pipeline.domain.audit import AuditKey
from kb_pipeline.errors import BlockedError, StoreError

SHORTEST = 32  # characters of a key: 128 bits where they are hex digits
EMPTY_REMEDY = (
    "put the key back into it; if there never was one, delete it, and the next write makes a key, or make one yourself: "
    "openssl rand -hex 32; if the key is lost, delete it, then: kb audit seal"
)
_SIGNED = re.compile(r"^# signed from event (\d+)\n", re.MULTILINE)
_log = logging.getLogger(__name__)
_BYTES = 32  # of a key that is made here
_PATIENCE = 30.0  # seconds for the file's lock


class KeyFile:
    """`ports.audit.AuditKeys` in a file. The first key is made when the first event needs it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def known(self) -> Sequence[AuditKey]:
        """All keys, oldest first. Raises StoreError if the file cannot be read, or holds none."""
        content = self._read()
        if content is None:
            return ()
        keys = keys_of(content, str(self.path))
        if not keys:
            raise StoreError(f"'{self.path}' holds no key", EMPTY_REMEDY)
        return keys

    def signed_from(self) -> int | None:
        """See ports.audit.AuditKeys. Raises StoreError if the file cannot be read."""
        found = _SIGNED.search(self._read() or "")
        return int(found[1]) if found else None

    def note_signed(self, first: int) -> None:
        """See ports.audit.AuditKeys. A file that others keep, and we cannot write, stays as it is."""
        try:
            with self._alone(), self.path.open("r+", encoding="utf-8") as file:
                if not _SIGNED.search(file.read()):
                    file.write(f"\n{_signed(first)}")
        except (StoreError, OSError) as error:
            _log.debug("the audit trail's key file does not say from where on it signs: %s", error)

    def current(self) -> AuditKey:
        """The last key; made if there is none. Raises StoreError."""
        known = self.known()
        if not known:
            with self._alone():
                known = self.known() or self._add(())
        return known[-1]

    def rotate(self) -> AuditKey:
        """Add a key, which is the one in use from now on; the others stay, for the events that have them. Raises StoreError."""
        with self._alone():
            return self._add(self.known())[-1]

    def _read(self) -> str | None:
        try:
            return self.path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"cannot read the audit trail's key: {error}", "set KB_AUDIT_KEY_FILE") from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let nobody else write the file: of two that read it and add a key, one would lose the other's."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock", timeout=_PATIENCE):
                yield
        except Timeout as error:
            raise StoreError(f"another process holds '{self.path}.lock'", "wait until it is done, and try again") from error
        except OSError as error:
            raise StoreError(f"cannot write the audit trail's key: {error}", "set KB_AUDIT_KEY_FILE") from error

    def _add(self, kept: Sequence[AuditKey]) -> Sequence[AuditKey]:
        """Write `kept` and a new key, as a whole or not at all."""
        first = self.signed_from()
        keys = (*kept, AuditKey.of(secrets.token_hex(_BYTES)))
        handle, made = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)  # 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.writelines(f"{key.secret.decode()}\n" for key in keys)
                file.write("" if first is None else _signed(first))
                file.flush()
                os.fsync(file.fileno())
            Path(made).replace(self.path)
        finally:
            Path(made).unlink(missing_ok=True)
        return keys


class GivenKeys:
    """`ports.audit.AuditKeys` from a setting: keys with white space between them, the last one in use."""

    def __init__(self, text: str) -> None:
        """Raises StoreError for a key that is too short."""
        self._keys = keys_of(text, "KB_AUDIT_KEY")

    def known(self) -> Sequence[AuditKey]:
        """All keys, oldest first."""
        return self._keys

    def current(self) -> AuditKey:
        """The last key."""
        return self._keys[-1]

    def signed_from(self) -> None:
        """A setting does not know."""

    def note_signed(self, first: int) -> None:
        """The program does not write settings."""

    def rotate(self) -> AuditKey:
        """Raises BlockedError: the program does not write settings."""
        raise BlockedError(
            "the audit trail's key is in KB_AUDIT_KEY, which kb does not write",
            "add a new one behind it, after a space: KB_AUDIT_KEY='OLD NEW', with NEW from: openssl rand -hex 32",
        )


def _signed(first: int) -> str:
    return f"# signed from event {first}\n"


def keys_of(text: str, place: str) -> tuple[AuditKey, ...]:
    """The keys that stand in `text`, in order. Raises StoreError for one that is too short; `place`: where it stands."""
    words = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    short = next((len(word) for word in words if len(word) < SHORTEST), None)
    if short is not None:
        raise StoreError(
            f"a key of {short} characters in {place}", f"it takes at least {SHORTEST}: make one with openssl rand -hex 32"
        )
    return tuple(AuditKey.of(word) for word in words)
