"""From articles to staged changes: the main job, step by step. Nothing here approves anything."""
