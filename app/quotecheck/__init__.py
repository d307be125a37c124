"""The quote check: is this quotation in the record, and which recorded ones stand in this text?"""
