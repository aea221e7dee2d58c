"""Use cases over ports. No vendor, no environment."""
