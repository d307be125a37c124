"""Mistakes that curators make, and what tells them: `table.py` counts, `mistakes.yaml` lists."""
