"""The folder of source articles, or one file of it, as bytes and values. Splitting is in steps."""
