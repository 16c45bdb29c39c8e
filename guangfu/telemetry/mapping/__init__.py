"""Vendors' dialects: a YAML file says how a vendor's message becomes readings. docs/dialects.md."""
