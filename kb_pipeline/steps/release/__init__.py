"""What a release says, and the texts by which it is found. No index."""
