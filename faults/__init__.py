"""What goes wrong on purpose, done to real servers: `make faults` prints what clients saw."""
