"""`kb parse`, `kb run`, `kb status`."""
