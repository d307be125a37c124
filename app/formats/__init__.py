"""The representations of an answer."""
