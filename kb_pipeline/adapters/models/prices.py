"""Prices of models, as data. An unknown price gives no cost, never a guess."""

import csv
from importlib import resources

from kb_pipeline.adapters.models.llm_openai import Price


def price_of(model: str, prompt: float | None = None, completion: float | None = None) -> Price | None:
    """US dollars per million tokens of `model`: the given ones, else those of prices.csv; None if neither is known."""
    if prompt is not None and completion is not None:
        return Price(prompt, completion)
    text = resources.files(__package__).joinpath("prices.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        if row["model"] == model:
            return Price(float(row["prompt_usd_per_million"]), float(row["completion_usd_per_million"]))
    return None
