"""`kb market`, `kb terms`, `kb memory`, `kb qa`: what keeps a market's language right."""
