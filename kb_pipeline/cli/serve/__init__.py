"""`kb search`: what the API would answer, and why."""
