"""What a second reader would ask about a record: the rules behind the warnings of `parley check`.

Rules of records by themselves (texts, dates, offices, numbers, wordings, parties, addresses,
reference, dataset) run where records are validated; those of `across` run when all are known.
"""
