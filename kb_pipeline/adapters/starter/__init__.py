"""A knowledge base to start from: an article, two market packs, settings. Its own README says what each is."""
