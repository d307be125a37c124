"""Parley: the record of a negotiation, served."""
