"""The partitions: one per market pack. Folder names only; no pack is read here.

Partitions belong to an asset's identity and are fixed at import, so this module asks the settings for the folder itself.
"""

from pathlib import Path

import dagster as dg

from kb_pipeline.settings import Settings


def market_tags(locales: Path) -> tuple[str, ...]:
    """The names of the folders in `locales` that hold a market.yaml, sorted; empty if there is no such folder."""
    return tuple(sorted(pack.parent.name for pack in locales.glob("*/market.yaml")))


MARKETS = dg.StaticPartitionsDefinition(market_tags(Settings().locales_dir))
