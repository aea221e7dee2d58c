"""From what an index finds to one ranking of entries, with a confidence. The index itself is in adapters."""
