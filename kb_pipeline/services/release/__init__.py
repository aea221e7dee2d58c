"""From approved entries to a live release, and back: plan, publish, verify, roll back."""
