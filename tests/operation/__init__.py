"""Running it: limits, logs, metrics, settings, faults, caches in front, backups."""
