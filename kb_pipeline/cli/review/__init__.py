"""`kb review`: the queue and decisions, in the terminal."""
