"""The index of a release: Chroma for vectors, SQLite FTS5 for words."""
