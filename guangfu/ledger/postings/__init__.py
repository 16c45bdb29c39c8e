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
from guangfu.ledger.postings.settlements import (
    correct_settled,
    correction_entry,
    correction_keys,
    settled_entry,
    settled_keys,
)

__all__ = [
    "correct_entitlement",
    "correct_estimate",
    "correct_settled",
    "correction_entry",
    "correction_keys",
    "entitlement_entry",
    "entitlement_keys",
    "estimate_entry",
    "estimate_keys",
    "reversal",
    "reversal_key",
    "settled_entry",
    "settled_keys",
]
