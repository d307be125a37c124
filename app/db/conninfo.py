"""The address of a PostgreSQL database, as libpq takes it."""

from __future__ import annotations

from psycopg.conninfo import conninfo_to_dict, make_conninfo

# A host that is gone without a word is given up in seconds, not hours.
CONNECTION_DEFAULTS = {
    "application_name": "parley",
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "10",
}


def conninfo_of(url: str, **given: str) -> str:
    """libpq's connection string for a database URL; what is `given` goes before the URL's own."""
    asked = conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1))
    return make_conninfo("", **{**CONNECTION_DEFAULTS, **asked, **given})
