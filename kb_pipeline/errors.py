"""Every failure has a name, a value and a remedy."""


class KBError(Exception):
    """Base of all expected failures. `remedy` says what to do; the CLI prints both and exits with `exit_code`."""

    exit_code = 1
    code = "error"

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """Message and remedy in one line."""
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


class UsageError(KBError):
    """The call's words are off."""

    exit_code = 2
    code = "usage"


class UnknownMarketError(UsageError):
    """No pack for a market."""

    code = "unknown-market"


class PackError(KBError):
    """A market pack is invalid."""

    code = "invalid-pack"


class LanguageDataError(KBError):
    """The file of a language is invalid."""

    code = "invalid-language"


class PromptError(KBError):
    """A prompt file is invalid, or its inputs do not fit."""

    code = "invalid-prompt"


class CatalogError(KBError):
    """A catalog of the interface's words is broken or not complete."""

    code = "invalid-catalog"


class NotFoundError(UsageError):
    """Nothing is stored under that id."""

    code = "not-found"


class IllegalTransitionError(KBError):
    """A state machine has no such move."""

    code = "illegal-transition"

    def __init__(self, machine: str, state: str, to: str) -> None:
        look = "kb release list" if machine == "release" else "kb review show ID"
        super().__init__(f"a {machine} that is '{state}' cannot become '{to}'", f"look at its present state: {look}")


class ConflictError(KBError):
    """Somebody was faster: the thing moved since it was read."""

    code = "conflict"


class BlockedError(KBError):
    """A rule forbids the decision, e.g. a critical finding without an override."""

    code = "blocked"


class ModelNotFetchedError(KBError):
    """A model's files are not in the cache."""

    code = "model-not-fetched"


class ChecksumError(KBError):
    """A download is not the file it should be."""

    code = "checksum"


class LLMError(KBError):
    """A model call failed."""

    code = "llm"


class LLMUnavailableError(LLMError):
    """The endpoint cannot be used at all (no account, wrong key, ever failing): the run stops, finished work stays."""

    code = "llm-unavailable"


class CapReachedError(LLMError):
    """The run took of the model what it may: its item stays due. What needs no new call goes on."""

    code = "cap-reached"


class InHandError(LLMError):
    """The very same request is being asked already, by another run or beside it: its item is put off, not lost."""

    code = "in-hand"


class LLMItemError(LLMError):
    """A call failed: only its item fails, the others go on."""

    code = "llm-item"


class LLMLaterError(LLMItemError):
    """The endpoint had no reply to this call, in all its tries and time: a later run may have one."""

    code = "llm-later"


class LLMOutputError(LLMItemError):
    """The endpoint refuses this request, or the model answered nothing usable, also when it was asked again."""

    code = "llm-output"


class EmbedderMismatchError(KBError):
    """Vectors of two embedders would be mixed."""

    code = "embedder-mismatch"


class StoreError(KBError):
    """The database cannot be used."""

    code = "store"


class ReleaseError(KBError):
    """A release cannot be built, is not fit to go live, or its index is damaged."""

    code = "release"


class AuthenticationError(KBError):
    """Nobody is signed in, or the key or password is wrong. Never says which."""

    code = "not-authenticated"


class ForbiddenError(KBError):
    """The person or key is known, but may not do this."""

    code = "forbidden"


class TooManyError(KBError):
    """Too many requests or attempts in too short a time. `retry_after`: seconds to wait."""

    code = "too-many"

    def __init__(self, message: str, remedy: str = "", retry_after: int = 1) -> None:
        super().__init__(message, remedy)
        self.retry_after = retry_after


class PortTakenError(KBError):
    """Another program listens on a port that is needed."""

    code = "port-taken"
