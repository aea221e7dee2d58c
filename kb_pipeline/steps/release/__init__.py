"""The manifest of a release, the texts by which its entries are found, and which indexes stay. The index is in adapters."""
