"""`kb review`, `kb import`: what people do with changes, and existing entries in."""
