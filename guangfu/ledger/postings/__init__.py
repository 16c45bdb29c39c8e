"""What happens, as journal entries, a module a room. Pure: keys and lines only; posting is storage's."""

from guangfu.ledger.postings.estimates import (
    correct_entitlement,
    correct_estimate,
    entitlement_entry,
    entitlement_keys,
    estimate_entry,
    estimate_keys,
)
from guangfu.ledger.postings.revisions import reversal, reversal_key

__all__ = [
    "correct_entitlement",
    "correct_estimate",
    "entitlement_entry",
    "entitlement_keys",
    "estimate_entry",
    "estimate_keys",
    "reversal",
    "reversal_key",
]
