"""What every value shares: it is frozen, strict, and its identity comes from its content."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


class Value(BaseModel):
    """A frozen, strict value: unknown fields are errors, fields never change."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other fields, whose cached hash or id is its own: pydantic would carry the old one over."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


def comparison_key(text: str) -> str:
    """`text` as it is compared and hashed, never stored: NFKC, white space collapsed.

    NFKC because sara am has two encodings in real Thai text that NFC does not unify.
    """
    return " ".join(unicodedata.normalize("NFKC", text).split())


def fingerprint(*parts: Json, length: int = 16) -> str:
    """The first `length` hex digits of the SHA-256 of the parts as canonical JSON."""
    canonical = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:length]
