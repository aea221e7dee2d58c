"""Indexes, publishing, verification, the invariants of a home."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from kb_pipeline.bootstrap.home import open_store
from kb_pipeline.bootstrap.inputs import open_markets
from kb_pipeline.bootstrap.models import open_embedder
from kb_pipeline.domain.releases import Release, ReleaseReport
from kb_pipeline.failpoints import failpoint_at
from kb_pipeline.ports.models import Embedder
from kb_pipeline.ports.progress import Progress
from kb_pipeline.ports.releases import Indexes
from kb_pipeline.settings import Settings

if TYPE_CHECKING:
    from kb_pipeline.adapters.store_sql import SqlStore
    from kb_pipeline.services.invariants.home import Home
    from kb_pipeline.services.release.publish import Publisher


def open_indexes(settings: Settings) -> Indexes:
    """The indexes of the releases."""
    from kb_pipeline.adapters.index.chroma import ChromaIndexes

    return ChromaIndexes(settings.home / "releases", settings.chroma_url)


def build_publisher(
    settings: Settings,
    market: str,
    actor: str = "publisher",
    *,
    store: "SqlStore | None" = None,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
) -> "Publisher":
    """Publishing of one market, in the name of `actor`; `store`, `embedder`: those that are open already.

    Raises as `open_markets`.
    """
    from kb_pipeline.adapters.release.lock_file import publishing_lock
    from kb_pipeline.adapters.release.probe_http import HttpProbe
    from kb_pipeline.adapters.release.verifier_process import ProcessVerifier
    from kb_pipeline.services.release.publish import Publisher

    (pack,) = open_markets(settings, [market])
    store = store or open_store(settings)
    return Publisher(
        store=store,
        indexes=open_indexes(settings),
        embedder=embedder or open_embedder(settings, store),
        verifier=ProcessVerifier(settings.environment()),
        market=pack,
        actor=actor,
        lock=publishing_lock(settings.home / "releases" / pack.tag / "publishing.lock", pack.tag),
        progress=progress,
        kept=settings.releases_kept,
        grace=timedelta(seconds=settings.release_grace),
        probe=HttpProbe(settings.probe_url) if settings.probe_url else None,
        failpoint=failpoint_at(settings.failpoint),
    )


def verify_now(settings: Settings, market: str, number: int | None = None) -> tuple[Release, ReleaseReport]:
    """Verify a release, or the live one, in this very process. Raises UnknownMarketError, NotFoundError, ReleaseError."""
    from kb_pipeline.services.release.verify import Verification, verify

    (pack,) = open_markets(settings, [market])
    with closing(open_store(settings)) as store:
        verification = Verification(
            store=store,
            indexes=open_indexes(settings),
            embedder=open_embedder(settings, store),
            market=pack,
            golden_margin=settings.golden_margin,
            failpoint=failpoint_at(settings.failpoint),
        )
        return verify(verification, number)


def rebuild_indexes(settings: Settings) -> tuple[str, ...]:
    """Build the missing indexes of the live releases anew, as after a restore; the ids of these releases."""
    store = open_store(settings)
    try:
        markets = sorted(store.live_numbers())
        return tuple(id_ for tag in markets for id_ in build_publisher(settings, tag, store=store).restore_indexes())
    finally:
        store.close()


@contextmanager
def open_home(settings: Settings) -> "Iterator[Home]":
    """All that the invariants look at. Raises StoreError, UnknownMarketError, PackError."""
    from kb_pipeline.services.invariants.home import Home

    with closing(open_store(settings)) as store:
        yield Home(
            store=store,
            indexes=open_indexes(settings),
            embedder=open_embedder(settings, store),
            markets=open_markets(settings),
            golden_margin=settings.golden_margin,
        )
