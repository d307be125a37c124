"""What PostgreSQL must do as SQLite does, and what it does besides: servers, standbys, loss."""
