"""What curators see of a change."""
