"""`kb parse`, `kb run`, `kb status`: from articles to staged changes."""
