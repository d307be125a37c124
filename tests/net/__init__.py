"""Answers over the shipped record, each pinned by a hash: the net under a change of the code."""
