"""Kills at every failpoint and at random moments: `test_kills.py` in short, `python -m tests.crashes` (make torture) at length."""
