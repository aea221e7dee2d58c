"""Migrations of the store, run by `engine`; versions/ holds one file per revision."""
