"""Deciding on changes: queue, card, reviewer; and taking in the entries that a market has already."""
