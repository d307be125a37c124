"""Analyses across entries: the comparison of proposals, and positions on them."""
