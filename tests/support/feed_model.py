"""A seeded feed of counts and movements, and what must come of it: written from DESIGN, not from the code.

``drawn(seed, rows)`` is what tills, ERPs and counters send: shuffled, every tenth told twice, every tenth long out of
date, every hundredth nonsense. ``Expected`` reads the messages in the order in which they arrive.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fulfillment.domain.product import Product
from tests.support.builders import MONDAY_NOON

STORES = tuple(f"store{n}" for n in range(5))
PRODUCTS = tuple(
    Product(f"TEE-{n}", "Kaus", "Tee", barcodes=(f"20000000{n:04}",), weight_grams=100) for n in range(8)
)
OPENING = 200
AHEAD = timedelta(seconds=250)  # less than a till's clock may be off
FUTURE = timedelta(minutes=5)
Shelf = tuple[str, str]


def drawn(seed: int, rows: int) -> list[str]:
    """The bodies, in the order in which they arrive."""
    chance = random.Random(seed)
    told: list[Any] = [_sound(chance, n) for n in range(rows * 79 // 100)]
    told += [_sound(chance, f"s{n}", days=30) for n in range(rows // 10)]
    told += [_poison(chance, chance.choice(told), n) for n in range(rows // 100)]
    told += chance.choices(told, k=rows - len(told))
    chance.shuffle(told)
    return [body if isinstance(body, str) else json.dumps(body) for body in told]


def _sound(chance: random.Random, name: object, days: float = 1 / 24) -> dict[str, Any]:
    product = chance.choice(PRODUCTS)
    said = chance.choice([product.sku, product.sku.lower(), f" {product.sku} ", product.barcodes[0]])
    at = MONDAY_NOON + AHEAD - chance.random() * timedelta(days=days)
    where = {"sku": said, "location_id": chance.choice(STORES)}
    if chance.random() < 0.3:
        on_hand = chance.randint(100, 300)
        return {"type": "count", **where, "on_hand": on_hand, "observed_at": at.isoformat()}
    change = chance.choice([-2, -1, -1, 1, 5])
    return {"type": "movement", "movement_id": f"m{name}", **where, "change": change, "at": at.isoformat()}


def _poison(chance: random.Random, sound: dict[str, Any], number: int) -> Any:
    moment = "observed_at" if sound["type"] == "count" else "at"
    value = "on_hand" if sound["type"] == "count" else "change"
    return chance.choice(
        [
            sound | {"sku": f"UNICORN-{number}"},
            sound | {"location_id": f"atlantis-{number}"},
            sound | {value: float("nan")},
            sound | {"type": "count", "on_hand": -1},
            sound | {moment: (MONDAY_NOON + timedelta(days=2)).isoformat()},
            sound | {value: sound[value] + 1},
            json.dumps(sound)[:-2],
        ]
    )


@dataclass
class OneShelf:
    """What is known of a shelf. ``changes``: by movement id, what it said first; our own hand-overs among them."""

    counted_at: datetime | None = None
    counted: int = OPENING
    changes: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def on_hand(self) -> int:
        """The newest count and what moved later."""
        since = self.counted_at
        return self.counted + sum(n for at, n in self.changes.values() if since is None or at > since)


@dataclass
class Expected:
    """What must be on the shelves, and what must be put aside with which reason."""

    shelves: dict[Shelf, OneShelf] = field(
        default_factory=lambda: {(p.sku, store): OneShelf() for p in PRODUCTS for store in STORES}
    )
    parked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def hear(self, bodies: Sequence[str], now: datetime) -> None:
        """A batch arrives."""
        for body in bodies:
            if reason := self._heard(body, now):
                self.parked[body, reason] += 1

    def handed_over(self, shelf: Shelf, quantity: int, order_id: str, at: datetime) -> None:
        """Our own parcel left: after the newest count that we had heard of, whatever that one's clock said."""
        known = self.shelves[shelf]
        after_count = known.counted_at + timedelta(microseconds=1) if known.counted_at else at
        known.changes[f"our {order_id}"] = (max(at, after_count), -quantity)

    def _heard(self, body: str, now: datetime) -> str | None:
        try:
            told = json.loads(body)
        except ValueError:
            return "not_understood"
        value = told["on_hand"] if told["type"] == "count" else told["change"]
        allowed = {"type", "sku", "location_id"} | (
            {"on_hand", "observed_at"} if told["type"] == "count" else {"movement_id", "change", "at"}
        )
        if value != value or told.keys() != allowed or (told["type"] == "count" and value < 0):  # noqa: PLR0124 - NaN
            return "not_understood"
        codes = {code: p.sku for p in PRODUCTS for code in (p.sku.lower(), p.barcodes[0])}
        sku = codes.get(told["sku"].strip().lower())
        if sku is None:
            return "unknown_sku"
        if told["location_id"] not in STORES:
            return "unknown_location"
        at = datetime.fromisoformat(told["observed_at" if told["type"] == "count" else "at"])
        if at > now + FUTURE:
            return "in_the_future"
        shelf = self.shelves[sku, told["location_id"]]
        if told["type"] == "movement":
            first = shelf.changes.setdefault(told["movement_id"], (at, value))
            return None if first == (at, value) else "contradicting_movement"
        if shelf.counted_at == at and shelf.counted != value:
            return "contradicting_count"
        if shelf.counted_at is None or at > shelf.counted_at:
            shelf.counted_at, shelf.counted = at, value
        return None
