"""A decision as it is kept: everything that went in and what came out, so that it can be taken again."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from fulfillment.application.views import as_json
from fulfillment.domain.decision import Candidate, Decision, DecisionRequest, StockPicture
from fulfillment.domain.policy import Policy

MAX_BYTES = 64 * 1024  # of an item's 400 KB; 64 candidates with 50 SKUs each come to 40 KB at the worst


def pack(
    request: DecisionRequest,
    candidates: Sequence[Candidate],
    stock: StockPicture,
    policy: Policy,
    decision: Decision,
) -> bytes:
    """The record as compressed JSON; the same decision on the same picture gives the same bytes."""
    record = {
        "request": {**_plain(request), "lines": [[x.line_id, x.sku, x.quantity] for x in request.lines]},
        "candidates": [_plain(c) for c in sorted(candidates, key=lambda c: c.location_id)],
        "stock": _shelves(stock),
        "policy": _plain(policy),
        "decision": _plain(decision),
    }
    packed = zlib.compress(as_json(record).encode(), level=6)
    assert len(packed) <= MAX_BYTES, len(packed)
    return packed


def _shelves(stock: StockPicture) -> dict[str, dict[str, list[int]]]:
    """[on hand, reserved, blocked] by SKU and location: what the decision looked at, without what it did not."""
    shelves: dict[str, dict[str, list[int]]] = {}
    for (sku, location_id), row in stock.items():
        shelves.setdefault(sku, {})[location_id] = [row.on_hand, row.reserved, row.blocked]
    return shelves


def _plain(value: Any) -> Any:
    """Dataclasses, sets and times as JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(item) for item in value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
