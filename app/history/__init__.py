"""The record's past: revisions, versions of records, documents of then, the feed of changes."""
