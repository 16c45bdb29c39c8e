"""The rules of the files together with what the database says of stations' places in the subsidy list."""

from sqlalchemy import Connection

from guangfu.income.rules import Rules
from guangfu.income.subsidy_status import with_subsidy_status
from guangfu.storage.sql.receipts import read_subsidy_status


def rules_in_force(db: Connection, rules: Rules) -> Rules:
    """The rules as figures are computed by them now; another version as soon as a place in the list is another one."""
    return with_subsidy_status(rules, read_subsidy_status(db))
