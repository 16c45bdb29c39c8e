"""Energy to money: counters, gaps, tariffs, deductions, entitlements, shares; the rules are dated data."""
