"""The database: tables, statements, engines, and snapshots of one revision."""
