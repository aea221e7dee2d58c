"""`kb search`, `kb key`: what the API would answer, and who may ask it."""
