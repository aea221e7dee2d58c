"""`kb release`."""
