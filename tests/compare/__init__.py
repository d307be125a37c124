"""Tests of proposals side by side."""
