"""What every endpoint works with: the settings and the database."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI
from starlette.requests import Request

from app.config import Settings
from app.db.snapshots import Database


@dataclass(frozen=True)
class Service:
    """The settings, the database, and the edition of the code.

    The edition is what decides the bytes of an answer beside the record and the question.
    """

    settings: Settings
    database: Database
    edition: str


class Application(FastAPI):
    """FastAPI's application, with its service."""

    service: Service


def service_of(request: Request) -> Service:
    """The service of the application that was asked."""
    app: Application = request.scope["app"]
    return app.service
