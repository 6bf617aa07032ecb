"""Actions that our adapters send, by chance, over so few rows that they meet all the time."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from fulfillment.adapters.dynamodb.rows import number, text

OLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
KEYS = {
    "Orders": ("order_id", "sk"),
    "Stock": ("sku", "location_id"),
    "StockMovements": ("stock_key", "movement_key"),
    "Locations": ("location_id",),
    "Idempotency": ("idempotency_key",),
}
MOVES = (
    "#available = #available - :quantity, #reserved = #reserved + :quantity",
    "#available = #available + :quantity, #reserved = #reserved - :quantity",
    "#on_hand = #on_hand - :quantity, #reserved = #reserved - :quantity",
    "#blocked = #blocked + :quantity, #reserved = #reserved - :quantity",
)


class AnyActions:
    """The actions of one seed. All keys begin with its number, so that sequences share tables without meeting."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._name = f"seed-{seed}-"
        self._clock = 0

    def _of(self, *values: Any) -> Any:
        return self._random.choice(values)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _units(self, most: int = 9) -> dict[str, str]:
        return number(self._random.randint(0, most))

    def _moment(self) -> dict[str, str]:
        """Never the same twice: rows of an index that sort alike come in no order."""
        self._clock += 1
        return text(f"2026-{self._random.randint(1, 12):02d}-{self._clock:04d}")

    def _named(self, letter: str, most: int = 3) -> dict[str, str]:
        return text(f"{self._name}{letter}{self._random.randrange(most)}")

    def _order_key(self) -> dict[str, Any]:
        sk = self._of(
            "ORDER", "CONTACT", "SHIPMENT#0001", "SHIPMENT#0002", "EVENT#é#1", "DECISION#a", "TRIES#0001"
        )
        return {"order_id": self._named("O"), "sk": text(sk)}

    def _stock_key(self) -> dict[str, Any]:
        return {"sku": self._named("tee", 2), "location_id": self._named("L")}

    def _movement_key(self) -> dict[str, Any]:
        return {
            "stock_key": self._named("shelf", 2),
            "movement_key": text(self._of("a#1", "a#2", "b#1", "ü#1", "\U0001f455")),
        }

    def _window_key(self) -> dict[str, Any]:
        return {"location_method": self._named("L#pickup", 2), "window": text(self._of("T09", "T10", "T11"))}

    def _config_key(self) -> dict[str, Any]:
        return {"pk": self._named("POLICY#", 2), "sk": text(f"{self._random.randint(1, 5):08d}")}

    def _key(self) -> tuple[str, dict[str, Any]]:
        makers = {
            "Orders": self._order_key,
            "Stock": self._stock_key,
            "StockMovements": self._movement_key,
            "Capacity": self._window_key,
            "Config": self._config_key,
            "Locations": lambda: {"location_id": self._named("L")},
            "Idempotency": lambda: {"idempotency_key": self._named("key")},
        }
        table = self._of(*makers)
        return table, makers[table]()

    # --- actions of transactions, which are also single writes

    def _order_put(self) -> dict[str, Any]:
        item = {
            "order_id": self._named("O"),
            "sk": text("ORDER"),
            "version": self._units(1),
            "document": text("é{}"),
        }
        if self._chance(0.6):
            item |= {"due_bucket": self._named("DUE#", 2), "due_at": self._moment()}
            item["holds"] = {"SS": self._random.sample(["tee", "cap", "mug"], self._random.randint(1, 3))}
        if self._chance(0.4):
            return {"Item": item, **self._condition("attribute_not_exists(order_id)")}
        return {"Item": item, **self._unchanged()}

    def _task_put(self) -> dict[str, Any]:
        task = {"order_id": self._named("O"), "sk": text(self._of("SHIPMENT#0001", "SHIPMENT#0002"))}
        if self._chance(0.7):
            task |= {"work_location": self._named("L"), "work_due": self._moment()}
        return {"Item": {**task, "status": text(self._of("offered", "picked")), "document": text("{}" * 50)}}

    def _record_put(self) -> dict[str, Any]:
        return {
            "Item": {
                **self._order_key(),
                "record": {"B": self._random.randbytes(9)},
                "type": text("OrderPlaced"),
            }
        }

    def _answer_put(self) -> dict[str, Any]:
        item = {
            "idempotency_key": self._named("key"),
            "status": number(200),
            "body": text(""),
            "expires_at": self._units(),
        }
        return {"Item": item, **self._condition("attribute_not_exists(idempotency_key)")}

    def _count_put(self) -> dict[str, Any]:
        row = {
            **self._stock_key(),
            **{name: self._units() for name in ("on_hand", "reserved", "blocked", "available")},
        }
        row |= {"version": self._units(1), "unit_value": {"N": self._of("1.50", "0.1", "-2", "1E2")}}
        row |= {"backorderable": {"BOOL": self._chance(0.5)}}
        condition = self._of(self._unchanged(), self._condition("attribute_not_exists(sku)"), {})
        return {"Item": row, **condition}

    def _movement_put(self) -> dict[str, Any]:
        item = {**self._movement_key(), "document": text("{}"), "expires_at": number(1_800_000_000)}
        return {"Item": item, **self._condition("attribute_not_exists(stock_key)")}

    def _location_put(self) -> dict[str, Any]:
        methods: dict[str, Any] = self._of(
            {"SS": ["pickup", "delivery"]}, {"SS": ["delivery"]}, {"NULL": True}
        )
        item = {
            "location_id": self._named("L"),
            "status": text(self._of("open", "paused")),
            "methods": methods,
        }
        return {"Item": {**item, "version": self._units(1)}, **self._of(self._unchanged(), {})}

    def _unchanged(self) -> dict[str, Any]:
        return self._condition("#version = :version", {"#version": "version"}, {":version": self._units(1)})

    def _condition(
        self, condition: str, names: dict[str, str] | None = None, values: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        asked: dict[str, Any] = {"ConditionExpression": condition}
        if names:
            asked["ExpressionAttributeNames"] = names
        if values:
            asked["ExpressionAttributeValues"] = values
        return asked | (OLD if self._chance(0.8) else {})

    def _stock_update(self) -> dict[str, Any]:
        move = self._of(*MOVES)
        compared = (
            "#available >= :needed"
            if ":quantity, #reserved = #reserved +" in move
            else "#reserved >= :quantity"
        )
        names = {f"#{name}": name for name in ("available", "reserved", "on_hand", "blocked", "version")}
        values = {":quantity": self._units(4), ":one": number(1)}
        if ":needed" in compared:
            values[":needed"] = self._units(6)
        return {
            "Key": self._stock_key(),
            "UpdateExpression": f"SET {move}, #version = #version + :one",
            **self._condition(
                compared, {key: name for key, name in names.items() if key in move + "#version"}, values
            ),
        }

    def _place_update(self) -> dict[str, Any]:
        if self._chance(0.3):
            return {
                "Key": self._window_key(),
                "UpdateExpression": "SET #used = #used - :one",
                **self._condition("#used >= :one", {"#used": "used"}, {":one": number(1)}),
            }
        values = {
            ":none": number(0),
            ":one": number(1),
            ":room": self._units(1),
            ":expires": number(1_800_000_000),
        }
        return {
            "Key": self._window_key(),
            "UpdateExpression": "SET #used = if_not_exists(#used, :none) + :one, expires_at = :expires",
            **self._condition("attribute_not_exists(#used) OR #used <= :room", {"#used": "used"}, values),
        }

    def _location_update(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            ":status": text(self._of("open", "closed")),
            ":one": number(1),
            ":new": {"SS": ["pickup"]},
        }
        return {
            "Key": {"location_id": self._named("L")},
            "UpdateExpression": self._of(
                "SET #status = :status, methods = :new ADD version :one",
                "ADD version :one, tags :new SET #status = :status",
                "SET #status = :status ADD version :one DELETE tags :new",
                "REMOVE document, note SET #status = :status, version = :one, brands = :new",
            ),
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": values,
        }

    def _location_check(self) -> dict[str, Any]:
        names = {"#status": "status", "#methods": "methods"}
        values = {":open": text("open"), ":method": text(self._of("pickup", "delivery"))}
        return {
            "Key": {"location_id": self._named("L")},
            **self._condition("#status = :open AND contains(#methods, :method)", names, values),
        }

    def _actions(self) -> list[dict[str, Any]]:
        makers: list[tuple[str, str, Callable[[], dict[str, Any]]]] = [
            ("Put", "Idempotency", self._answer_put),
            ("Put", "Orders", self._order_put),
            ("Put", "Orders", self._task_put),
            ("Put", "Orders", self._record_put),
            ("Put", "Stock", self._count_put),
            ("Put", "StockMovements", self._movement_put),
            ("Put", "Locations", self._location_put),
            ("Update", "Stock", self._stock_update),
            ("Update", "Stock", self._stock_update),
            ("Update", "Capacity", self._place_update),
            ("ConditionCheck", "Locations", self._location_check),
            ("Delete", "Config", lambda: {"Key": self._config_key()}),
        ]
        of_each_item = {}
        for kind, table, make in self._random.sample(makers, self._random.choice([1, 2, 2, 3, 5])):
            body = make()
            key = body.get("Key") or {name: body["Item"][name] for name in KEYS[table]}
            of_each_item[table, str(key)] = {
                kind: {"TableName": table, **body}
            }  # two of one item are not valid
        return list(of_each_item.values())
