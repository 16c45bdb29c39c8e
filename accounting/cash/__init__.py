"""Money that moves: receipts, deductions, transfers; each step is one transaction that writes and posts."""
