"""What the API's clients ask for: answers from live releases, the query log."""
