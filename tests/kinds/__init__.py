"""What a kind of entry has to say about itself."""
