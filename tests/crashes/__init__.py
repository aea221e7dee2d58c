"""Kills at every failpoint and at random moments: `test_kills.py` in short, at length `python -m tests.crashes`."""
