"""Tests of the way from seed files to the database."""
