"""The address of a PostgreSQL database, as libpq takes it."""

from __future__ import annotations

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.config import masked
from app.errors import DatabaseUnusable

# A host that is gone without a word is given up in seconds, not hours.
CONNECTION_DEFAULTS = {
    "application_name": "parley",
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "10",
}


def conninfo_of(url: str, **given: str) -> str:
    """libpq's connection string for a database URL; what is `given` goes before the URL's own.

    Raises `DatabaseUnusable` for a URL that no server can have.
    """
    try:
        asked = conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1))
    except ProgrammingError as error:
        raise DatabaseUnusable(f"DATABASE_URL cannot be read: {masked(str(error))}") from error
    for port in filter(None, str(asked.get("port", "")).split(",")):
        if not port.isdecimal() or not 1 <= int(port) <= 65_535:
            raise DatabaseUnusable(f"DATABASE_URL: a port must be 1 to 65535, not {port!r}.")
    return make_conninfo("", **{**CONNECTION_DEFAULTS, **asked, **given})
