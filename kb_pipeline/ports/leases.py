"""Leases of model calls: what one run has in hand, no other begins."""

from typing import Protocol


class CallLeases(Protocol):
    """Leases end by themselves unless they are renewed, so that a killed run holds nothing for long."""

    def take_lease(self, fingerprint: str, holder: str, seconds: float) -> bool:
        """Take the call into hand; False where it is in somebody's hand already, also the same holder's."""

    def renew_leases(self, holder: str, seconds: float) -> None:
        """Let all leases of the holder last `seconds` from now."""

    def end_lease(self, fingerprint: str, holder: str) -> None:
        """Give the call out of hand; nothing happens where another holder took it over."""
