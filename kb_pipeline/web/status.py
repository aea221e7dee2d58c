"""The one map from errors to HTTP statuses. How an error is shown is each face's own."""

from kb_pipeline.errors import (
    AuthenticationError,
    BlockedError,
    ConflictError,
    EmbedderMismatchError,
    ForbiddenError,
    IllegalTransitionError,
    KBError,
    ModelNotFetchedError,
    NotFoundError,
    ReleaseError,
    StoreError,
    TooManyError,
    UnknownMarketError,
    UsageError,
)

STATUS: dict[type[KBError], int] = {
    AuthenticationError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    UnknownMarketError: 404,
    ConflictError: 409,
    IllegalTransitionError: 409,
    BlockedError: 422,
    UsageError: 422,
    TooManyError: 429,
    EmbedderMismatchError: 503,
    ModelNotFetchedError: 503,
    ReleaseError: 503,
    StoreError: 503,
}


def status_of(error: KBError) -> int:
    """The status of the error's own class, else of the nearest class that it derives from, else 500."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
