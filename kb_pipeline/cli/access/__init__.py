"""`kb user`, `kb key`: who may sign in, and which clients may ask."""
