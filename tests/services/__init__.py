"""Real services for tests and benchmarks, started on free ports and thrown away afterwards."""
