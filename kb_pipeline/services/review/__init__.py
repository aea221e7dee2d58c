"""What people do with changes and imported entries."""
