"""From approved entries to a live release, and back."""
