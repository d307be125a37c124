"""What clients may rely on: questions, answers, refusals, caching, and their description."""
