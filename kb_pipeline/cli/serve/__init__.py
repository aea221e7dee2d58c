"""`kb search`, `kb key`."""
