"""Source FAQs: what is due in writing them, and how a model's answer becomes FAQs. Asks no model."""
