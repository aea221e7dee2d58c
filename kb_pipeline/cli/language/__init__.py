"""`kb market`, `kb terms`, `kb memory`, `kb qa`."""
