"""Whether the audit trail is whole, and what it says of rows and approvals. Values in, findings out."""
