"""From seed files to the database: read, check, compare, apply."""
