"""Tools for those who write a record: one form for its files, and what a change changes."""
