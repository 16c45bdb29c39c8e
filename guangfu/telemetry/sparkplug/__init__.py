"""Sparkplug B 3.0: what an edge node says, by its births, as readings. docs/dialects.md."""
