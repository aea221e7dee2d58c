"""Checks of entries: one small function per rule, grouped by subject."""
