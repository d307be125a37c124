"""Tests of the record's past."""
