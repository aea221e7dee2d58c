"""Secrets and personal data in text: found in all their written forms, masked or held back. No I/O."""
