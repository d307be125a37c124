"""What entries refer to: actors, topics and sources."""
