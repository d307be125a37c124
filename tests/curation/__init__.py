"""Tests of a record of one's own, begun and served without a checkout."""
