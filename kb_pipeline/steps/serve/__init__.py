"""How what an index finds becomes one ranking of entries and a confidence. No index."""
