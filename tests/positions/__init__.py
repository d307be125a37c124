"""Tests of who took which position."""
