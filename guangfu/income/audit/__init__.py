"""What audits of such money find, month by month, with the rows that cause it. Pure: rows in, findings out."""

from guangfu.income.audit.facts import AuditFacts
from guangfu.income.audit.found import Found, RowRef
from guangfu.income.audit.run import CHECKS, audit, periods_of

__all__ = ["CHECKS", "AuditFacts", "Found", "RowRef", "audit", "periods_of"]
