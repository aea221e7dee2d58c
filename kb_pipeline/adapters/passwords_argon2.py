"""Password hashing with Argon2id. Rules for passwords are in services."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from kb_pipeline.errors import StoreError


class Argon2Passwords:
    """`ports.accounts.Passwords`, with OWASP's least parameters for Argon2id: 19 MiB, two passes, one lane."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

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
