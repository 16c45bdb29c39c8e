"""Who is paid: persons under opaque ids, what is known of them encrypted, and each look at it.

No column of any other table ever holds a name, an identity number, a bank card or a phone number.
"""

from sqlalchemy import Boolean, Column, Date, Index, LargeBinary, Table, Text

from guangfu.storage.sql.schema.columns import Instant, RowId, metadata

persons = Table(
    "persons", metadata,
    Column("person_id", Text, primary_key=True),  # random, never used twice
    Column("kind", Text, nullable=False),  # person, supplier
    Column("identity_mac", Text, unique=True),  # keyed: finds the same person again without decrypting anything
    Column("mac_key_id", Text),
    Column("synthetic", Boolean, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("erased_at", Instant),
    Column("erased_by", Text),
)  # fmt: skip
"""A person or a supplier. An erased one keeps the id, on which dues and payments rest, and nothing else."""

person_secrets = Table(
    "person_secrets", metadata,
    Column("person_id", Text, primary_key=True),
    Column("field", Text, primary_key=True),  # name, identity_number, bank_card, phone
    Column("key_id", Text, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),  # AES-256-GCM: nonce, ciphertext, tag
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Index(None, "key_id"),
)  # fmt: skip

person_looks = Table(
    "person_looks", metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("person_id", Text, nullable=False),
    Column("act", Text, nullable=False),  # look, write, rotate, erase
    Column("fields", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("looked_at", Instant, nullable=False),
    Column("looked_by", Text, nullable=False),
    Index(None, "person_id", "id"),
)  # fmt: skip
"""Append-only, by the database's own triggers."""

person_places = Table(
    "person_places", metadata,
    Column("row_id", RowId, primary_key=True, autoincrement=True),
    Column("person_id", Text, nullable=False),
    Column("household_id", Text, nullable=False),
    Column("village_id", Text, nullable=False),
    Column("head", Boolean, nullable=False),  # to whom the household is paid
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("reason", Text, nullable=False),  # added, returned, moved, merged; why the row ended is the next one's
    Column("voucher_id", Text),
    Column("recorded_at", Instant, nullable=False),
    Column("superseded_at", Instant),
    Index(None, "person_id", "superseded_at"),
    Index(None, "village_id", "superseded_at"),
)  # fmt: skip
"""Where a person was a beneficiary, with dates; a change supersedes, nothing is deleted."""
