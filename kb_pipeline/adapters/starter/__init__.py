"""A knowledge base to start from: an article, two market packs, settings. What each means is told by its own README."""
