"""Frozen values of the field and the rules between them. Imports nothing else of ours, does no I/O."""
