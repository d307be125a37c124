"""What all kinds of entries share."""
