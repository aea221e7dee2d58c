"""Folders of source articles."""
