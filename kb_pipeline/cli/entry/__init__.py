"""`kb entry`: find entries, withdraw and restore them, correct them, settle contradictions."""
