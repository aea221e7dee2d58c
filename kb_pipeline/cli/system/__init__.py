"""Accounts, models, backups, the audit trail, and starting the programs."""
