"""What villages decide and pay: beneficiaries, plans, payments, opening balances."""
