"""`guangfu demo`: starts all programs embedded, and the synthetic fleet beside them."""
