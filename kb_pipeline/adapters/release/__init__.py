"""What publishing needs of the machine: a lock, a verifying process, a probe of the API."""
