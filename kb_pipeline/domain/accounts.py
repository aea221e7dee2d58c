"""Who may do what: users with roles, limited to markets, and the API keys of clients."""

from datetime import datetime
from enum import StrEnum

from kb_pipeline.domain.base import Value


class Role(StrEnum):
    """Each role may do all that the ones before it may."""

    VIEWER = "viewer"  # look
    REVIEWER = "reviewer"  # decide
    PUBLISHER = "publisher"  # publish, roll back
    ADMIN = "admin"  # all of it, in every market

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class User(Value):
    """A person with an account. Empty `markets`: all of them."""

    name: str
    role: Role
    markets: tuple[str, ...] = ()
    disabled: bool = False
    created_at: datetime | None = None

    def may(self, role: Role, market: str | None = None) -> bool:
        """Whether the user may do what takes `role`, in `market` (None: what belongs to no market)."""
        here = market is None or not self.markets or market in self.markets or self.role is Role.ADMIN
        return not self.disabled and self.role.includes(role) and here


class Session(Value):
    """A signed-in browser. Only the SHA-256 of its token is kept."""

    token_hash: str
    user: str
    csrf: str
    created_at: datetime
    expires_at: datetime


class ApiKey(Value):
    """A client's key. Only the SHA-256 of its secret is kept; empty `markets`: all of them."""

    id: str  # public, the first part of the key: kb_<id>_<secret>
    name: str
    markets: tuple[str, ...] = ()
    created_at: datetime | None = None
    revoked_at: datetime | None = None

    def may(self, market: str) -> bool:
        """Whether the key may ask for `market`."""
        return self.revoked_at is None and (not self.markets or market in self.markets)
