"""What the audit trail keeps outside the database: its keys, its anchor, and copies of it, as files."""
