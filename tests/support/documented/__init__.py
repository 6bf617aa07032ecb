"""What DynamoDB's documentation says of it, as questions that any engine can be asked.

Each function of the modules asks one thing and returns what it saw; above it stands what the documentation says
(Developer Guide: Constraints, Expressions, Query, Transactions; API Reference).
"""

from __future__ import annotations

from tests.support.documented import expressions, reads, transactions, values
from tests.support.documented.asking import CHECKS, TABLE, Check

__all__ = ["CHECKS", "TABLE", "Check", "expressions", "reads", "transactions", "values"]
