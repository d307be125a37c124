"""Every representation of a list."""
