"""What a run reads: market packs and articles."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.privacy import PrivacyPolicy
from kb_pipeline.errors import UnknownMarketError
from kb_pipeline.ports.articles import SourceReader
from kb_pipeline.settings import Settings

if TYPE_CHECKING:
    pass


def today() -> date:
    """The day in UTC, on which market facts are valid or not."""
    return datetime.now(UTC).date()


def market_tags(settings: Settings) -> tuple[str, ...]:
    """The tags of the packs' folders; empty where there is no folder of packs. Nothing is read."""
    from kb_pipeline.adapters.packs.files import market_tags as tags_in

    return tags_in(settings.locales_dir) if settings.locales_dir.is_dir() else ()


def open_markets(settings: Settings, tags: Sequence[str] = ()) -> tuple[Market, ...]:
    """The packs of `tags`, each once, or all of them. Raises UnknownMarketError, PackError."""
    from kb_pipeline.adapters.packs.files import load_market, load_markets, market_named

    if tags:
        named = dict.fromkeys(market_named(settings.locales_dir, tag) for tag in tags)
        return tuple(load_market(settings.locales_dir, tag) for tag in named)
    markets = load_markets(settings.locales_dir)
    if not markets:
        raise UnknownMarketError(f"no market pack in '{settings.locales_dir}'", "set KB_LOCALES_DIR to the folder of the packs")
    return markets


def open_source(
    settings: Settings,
    path: Path | None = None,
    *,
    limit: int | None = None,
    only: Sequence[str] = (),
    packs: Sequence[Market] | None = None,
) -> SourceReader:
    """The articles of a folder or of one file; `path`: None for the folder of the settings. Raises as `privacy_policy`."""
    from kb_pipeline.adapters.source.files import SourceFile, SourceFiles

    path, languages, max_bytes = path or settings.source_dir, settings.source_languages, settings.max_article_bytes
    markets, privacy = market_tags(settings), privacy_policy(settings, packs)
    if path.is_file():
        return SourceFile(path, languages=languages, max_bytes=max_bytes, only=only, markets=markets, privacy=privacy)
    return SourceFiles(path, languages=languages, max_bytes=max_bytes, limit=limit, only=only, markets=markets, privacy=privacy)


def privacy_policy(settings: Settings, packs: Sequence[Market] | None = None) -> PrivacyPolicy:
    """What becomes of secrets and personal data in articles; what any market's facts publish stays.

    `packs`: those that can be read; None: all, each of which must be whole (raises PackError).
    """
    from kb_pipeline.steps.privacy.articles import public_keys

    if packs is None:
        packs = open_markets(settings) if market_tags(settings) else ()
    public = public_keys(fact for pack in packs for fact in pack.facts)
    return PrivacyPolicy(handling=settings.private_data, public=public)
