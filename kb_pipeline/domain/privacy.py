"""Secrets and personal data: their kinds, and what becomes of an article that holds some. Finding them is `steps.privacy`'s."""

import re
from collections.abc import Mapping
from enum import StrEnum

from kb_pipeline.domain.base import Value


class DataKind(StrEnum):
    """What was found. The value is the name in settings, and in the mark of what is masked: `⟦phone⟧`."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    NATIONAL_ID = "national-id"
    PASSPORT = "passport"
    BANK_ACCOUNT = "bank-account"
    API_KEY = "api-key"
    PRIVATE_KEY = "private-key"
    PASSWORD = "password"  # noqa: S105  a kind, no password

    @property
    def is_secret(self) -> bool:
        """Whether it opens something, rather than says who somebody is."""
        return self in (DataKind.API_KEY, DataKind.PRIVATE_KEY, DataKind.PASSWORD)

    @property
    def label(self) -> str:
        """The kind in words: `a telephone number`."""
        return _LABELS[self]


_LABELS = {
    DataKind.EMAIL: "an e-mail address",
    DataKind.PHONE: "a telephone number",
    DataKind.CARD: "a payment card",
    DataKind.NATIONAL_ID: "a national id",
    DataKind.PASSPORT: "a passport's number",
    DataKind.BANK_ACCOUNT: "a bank account",
    DataKind.API_KEY: "a key",
    DataKind.PRIVATE_KEY: "a private key",
    DataKind.PASSWORD: "a password",
}


class Handling(StrEnum):
    """What becomes of an article that holds data of a kind."""

    MASK = "mask"  # a mark stands in its place, before anything is stored or sent
    HOLD = "hold"  # the article is quarantined
    ALLOW = "allow"


class PrivacyPolicy(Value):
    """How each kind is handled, and what the markets publish: the keys (`steps.privacy.finder.comparable`) of their facts."""

    handling: Mapping[DataKind, Handling] = {}
    public: frozenset[str] = frozenset()

    def of(self, kind: DataKind) -> Handling:
        """The handling of a kind; where none is set, secrets hold the article and personal data is masked."""
        return self.handling.get(kind, Handling.HOLD if kind.is_secret else Handling.MASK)


MASK = re.compile("⟦(?P<kind>" + "|".join(kind.value for kind in DataKind) + ")⟧")


def mask_of(kind: DataKind) -> str:
    """What stands in a text for data of a kind that was masked: `⟦phone⟧`."""
    return f"⟦{kind.value}⟧"
