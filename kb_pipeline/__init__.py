"""kb-pipeline: source articles in, approved and localized FAQ entries out. Never imports dagster."""

__version__ = "0.1.0"
