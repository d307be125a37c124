"""HTTP in, a question asked, a representation out."""
