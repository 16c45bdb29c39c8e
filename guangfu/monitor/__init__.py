"""Is a station well: states now; expected energy, IEC 61724-1 metrics and incidents to come."""
