"""The Dagster code location and nothing else: assets, checks, automation. Every piece of work is a service of kb_pipeline."""

import warnings

from dagster import PreviewWarning

# Checks by partition are new in Dagster and do what we need; without them the last market's verdict would hide the others'.
warnings.filterwarnings("ignore", message="Specifying a partitions_def on an AssetCheckSpec", category=PreviewWarning)
