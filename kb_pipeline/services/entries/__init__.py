"""What people do with entries that are there: find them, withdraw, restore, correct them, settle contradictions."""
