"""What keeps a market's language right: checks of entries and files, term base, translation memory."""
