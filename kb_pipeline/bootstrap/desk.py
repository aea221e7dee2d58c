"""What people do with changes and entries."""

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from kb_pipeline.bootstrap.home import open_store
from kb_pipeline.bootstrap.inputs import open_markets, today
from kb_pipeline.bootstrap.models import open_embedder
from kb_pipeline.domain.changes import Change, ChangeState
from kb_pipeline.domain.markets import Market
from kb_pipeline.ports.models import Embedder
from kb_pipeline.settings import Settings

if TYPE_CHECKING:
    from kb_pipeline.adapters.store_sql import SqlStore
    from kb_pipeline.domain.accounts import User
    from kb_pipeline.services.entries.curator import Curator
    from kb_pipeline.services.review.assess import Assessor


def open_assessor(
    settings: Settings, store: "SqlStore", markets: Sequence[Market], embedder: Embedder | None = None
) -> "Assessor":
    """What judges a person's text as a draft is; `embedder`: one that is open already. Reads nothing until it is asked."""
    from kb_pipeline.services.review.assess import Assessor

    return Assessor(store, embedder or open_embedder(settings, store), markets, today)


def open_curator(settings: Settings, user: "User") -> "Curator":
    """What `user` may do with entries that are there."""
    from kb_pipeline.services.entries.curator import Curator

    store = open_store(settings)
    embedder = open_embedder(settings, store)
    return Curator(store, embedder, open_assessor(settings, store, open_markets(settings), embedder), user)


def requested_changes(settings: Settings) -> tuple[Change, ...]:
    """The changes of all markets that a person asked to be different. Raises StoreError."""
    with closing(open_store(settings)) as store:
        return tuple(store.changes(None, (ChangeState.CHANGES_REQUESTED,)))
