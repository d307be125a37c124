"""Tests of how the record is cited."""
