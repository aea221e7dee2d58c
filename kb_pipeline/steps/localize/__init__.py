"""From a source FAQ to a market's words: terms, memory, masks, the lock on approved text. Asks no model."""
