"""`python -m kb_pipeline.review`: the review page in a process of its own. It ends gracefully on SIGTERM and SIGINT."""

import sys

from kb_pipeline.bootstrap import (
    build_publisher,
    open_accounts,
    open_assessor,
    open_embedder,
    open_markets,
    open_store,
    today,
)
from kb_pipeline.review.app import create_app
from kb_pipeline.review.desk import Desk
from kb_pipeline.settings import Settings
from kb_pipeline.web.program import Address, read_address, serve


def main() -> int:
    """Serve until stopped. 1 when it cannot start."""
    settings = Settings()
    default = Address(settings.host, settings.review_port, "KB_REVIEW_PORT")
    return serve(
        lambda: create_app(open_desk(settings)),
        read_address("kb_pipeline.review", "Serve the review page. People need accounts: kb user add NAME.", default),
        "review page: {url}",
        settings.log_level,
        proxies=settings.trusted_proxies,
    )


def open_desk(settings: Settings) -> Desk:
    """The desk over the store of KB_HOME. Raises StoreError, PackError, UnknownMarketError."""
    store, markets = open_store(settings), open_markets(settings)
    embedder = open_embedder(settings, store)
    assessor = open_assessor(settings, store, markets, embedder)
    assessor.start()
    return Desk(
        store=store,
        embedder=embedder,
        markets=markets,
        accounts=open_accounts(store),
        assessor=assessor,
        day=today,
        publisher=lambda market, actor: build_publisher(settings, market, actor, store=store, embedder=embedder),
        hours=settings.session_hours,
        secure=settings.secure_cookies,
    )


if __name__ == "__main__":
    sys.exit(main())
