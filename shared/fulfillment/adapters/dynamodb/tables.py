"""Names of the tables."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tables:
    """A function knows the names of those tables only that it may touch; the others are empty."""

    orders: str = ""
    stock: str = ""
    stock_movements: str = ""
    products: str = ""
    locations: str = ""
    capacity: str = ""
    config: str = ""
    idempotency: str = ""
    staff: str = ""
