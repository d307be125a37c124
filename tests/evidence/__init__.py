"""Tests of `parley verify` and of what it proves."""
