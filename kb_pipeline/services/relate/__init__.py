"""Comparing texts with a market's entries: their vectors, and the entries kept ready to be compared with."""
