"""What clients may rely on: questions, answers, refusals, caching, and the description of it all."""
