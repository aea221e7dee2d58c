"""`kb review`."""
