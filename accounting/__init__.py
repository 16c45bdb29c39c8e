"""PROGRAM: energy to income to shares to ledger, again whenever data come late; safe to run twice."""
