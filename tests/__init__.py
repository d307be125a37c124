"""The tests; they speak HTTP to the application wherever that is possible."""
