"""Language models and embedders: fetching, running and asking them."""
