"""What all faces share: the status of an error, security headers, bounds of a body, running as a program. No face here."""
