"""The record's past: revisions, versions of records, documents as they stood, the feed of changes."""
