"""Labelled quotations and articles over the shipped record, and how answers are scored by them."""
