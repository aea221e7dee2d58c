"""The partitions: one per market pack. Folder names only; no pack is read here.

Partitions belong to an asset's identity and are fixed at import, so this module asks the settings for the folder itself.
"""

import dagster as dg

from kb_pipeline.bootstrap import market_tags
from kb_pipeline.settings import Settings

MARKETS = dg.StaticPartitionsDefinition(market_tags(Settings()))
