"""Who may come in: users, sessions, keys, and how often."""
