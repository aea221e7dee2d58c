"""The `kb` command: one folder a subject, one module per group of commands. Nothing heavy loads for `kb --help`."""

from kb_pipeline.cli.app import main

__all__ = ["main"]
