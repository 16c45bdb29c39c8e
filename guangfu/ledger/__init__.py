"""Money that cannot go wrong: integer fen, exact splits, journals that balance and are chained."""
