"""Whether the benchmarks still run; nothing here looks at a clock."""
