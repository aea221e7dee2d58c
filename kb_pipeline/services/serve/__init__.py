"""Answering customers: the live releases, search, the query log. No HTTP."""
