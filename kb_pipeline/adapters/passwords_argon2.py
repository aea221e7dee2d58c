"""Password hashing with Argon2id. Rules for passwords are in services."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from kb_pipeline.errors import StoreError


class Argon2Passwords:
    """`ports.accounts.Passwords`. `memory` (KiB) and `passes`: OWASP's least for Argon2id, 19 MiB and two, with one lane."""

    def __init__(self, memory: int = 19_456, passes: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=1)

    def hash(self, password: str) -> str:
        """A salted hash, with its parameters."""
        return self._hasher.hash(password)

    def verify(self, hashed: str, password: str) -> bool:
        """Whether the password fits; takes as long for any wrong one. Raises StoreError for what is no hash."""
        try:
            return self._hasher.verify(hashed, password)
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError) as error:
            raise StoreError("a stored password hash is damaged", "set the password anew: kb user password NAME") from error
