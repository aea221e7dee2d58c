"""How entries of one market stand to each other: duplicate, update, complementary, contradictory."""
