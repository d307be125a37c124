"""What a second reader would ask about a record: the rules of the warnings of `parley check`."""
