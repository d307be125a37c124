"""Requests of every sort over HTTP: what Parley answers, beside plain FastAPI on uvicorn."""
