"""Tests of what became of terms, and of the map of proposals."""
