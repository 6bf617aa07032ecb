"""Questions to ``fulfillment decide``: INPUT documents as plain dicts, and the answers read."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from fulfillment.cli import decide as command
from tests.support.builders import KM_NORTH

POLICIES = Path(__file__).parent / "policies"

NOW = "2026-11-23T05:00:00Z"  # noon in Jakarta
CUSTOMER = {"point": {"lat": 10.0, "lon": 10.0}}
EVERYTHING = 9_999  # more than any shelf has: who asks for so many in part is told how many there are

Document = dict[str, Any]
Shelves = Mapping[str, Mapping[str, int]]  # units on hand, by location and SKU


@cache
def _policy(name: str) -> Any:
    return yaml.safe_load((POLICIES / f"{name}.yaml").read_text("utf-8"))


def policy(name: str, **changed: Any) -> Document:
    """The document of an imitation, with other values where a case has its own numbers."""
    return {"name": name, **_policy(name), **changed}


def locations(names: Iterable[str], **more: Mapping[str, Any]) -> list[Document]:
    """Locations ranked in this order. ``more``: what else is said of one, by its id."""
    return [{"location_id": name, "rank": n, **more.get(name, {})} for n, name in enumerate(names, 1)]


def place_at(kilometres: float | None) -> Document:
    """A point so far north of the customer; None where it is not known."""
    return {"point": None if kilometres is None else {"lat": 10.0 + kilometres * KM_NORTH, "lon": 10.0}}


def rows(shelves: Shelves, **more: Mapping[str, Any]) -> list[Document]:
    """Stock rows. ``more``: what else is said of the rows of a location, by its id."""
    return [
        {"location_id": name, "sku": sku, "on_hand": units, **more.get(name, {})}
        for name, shelf in shelves.items()
        for sku, units in shelf.items()
    ]


def wanted(order: Mapping[str, int], **more: Mapping[str, Any]) -> list[Document]:
    """Lines of a basket. ``more``: what else is said of the line of a SKU."""
    return [{"sku": sku, "quantity": units, **more.get(sku, {})} for sku, units in order.items()]


@dataclass(frozen=True)
class Answer:
    """The OUTPUT of one decision."""

    told: Document

    @property
    def status(self) -> str:
        """planned, partial, backordered or unfillable"""
        status: str = self.told["status"]
        return status

    @property
    def planned(self) -> bool:
        """Whether everything is supplied now."""
        return self.status == "planned"

    @property
    def chosen(self) -> list[str]:
        """Who supplies."""
        return [shipment["location_id"] for shipment in self.told["shipments"]]

    def taken(self) -> dict[str, dict[str, int]]:
        """Units by location and SKU."""
        found: dict[str, dict[str, int]] = {}
        for shipment in self.told["shipments"]:
            shelf = found.setdefault(shipment["location_id"], {})
            for line in shipment["lines"]:
                shelf[line["sku"]] = shelf.get(line["sku"], 0) + line["quantity"]
        return found

    def units(self) -> dict[str, int]:
        """Units by location."""
        return {name: sum(shelf.values()) for name, shelf in self.taken().items()}

    def total(self) -> int:
        """Units that are supplied now."""
        return sum(self.units().values())

    def later(self) -> dict[str, dict[str, int]]:
        """Units that a location promises for later, by location and SKU."""
        return _by_place(self.told["unfilled"], backordered=True)

    def left_out(self) -> dict[str, int]:
        """Units that nobody supplies, now or later, by SKU."""
        return _by_place(self.told["unfilled"], backordered=False).get("", {})

    def short(self) -> list[str]:
        """The SKUs of which there are fewer left than the order wants."""
        left = {line["sku"]: line["left"] for line in self.told["unfilled"]}
        return sorted(sku for sku, units in self.left_out().items() if left[sku] < units)

    def eligible(self) -> list[str]:
        """Locations that may supply, the nearest first."""
        able = [c for c in self.told["candidates"] if c["verdict"] == "eligible"]
        return [c["location_id"] for c in sorted(able, key=lambda c: c["distance_km"] or 0)]

    def verdict(self, location_id: str) -> Document:
        """What is said of one location."""
        found: Document = next(c for c in self.told["candidates"] if c["location_id"] == location_id)
        return found

    def cost(self, part: str | None = None) -> float:
        """What the plan costs, or one part of it."""
        costs = [shipment["cost"] for shipment in self.told["shipments"]]
        return float(sum(float(cost["total"] if part is None else cost["parts"][part]) for cost in costs))


def _by_place(unfilled: Iterable[Document], *, backordered: bool) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for short in unfilled:
        place = short.get("backordered_at", "")
        if bool(place) is backordered:
            shelf = found.setdefault(place, {})
            shelf[short["sku"]] = shelf.get(short["sku"], 0) + short["quantity"]
    return found


def ask(document: Document) -> Answer:
    """``fulfillment decide -`` on this INPUT, as of noon where it does not say when."""
    out, err = io.StringIO(), io.StringIO()
    with _standard_input(json.dumps({"now": NOW, **document})), redirect_stdout(out), redirect_stderr(err):
        code = command.run(_arguments())
    assert code != command.BAD_INPUT, err.getvalue()
    answer = Answer(json.loads(out.getvalue()))
    assert code == (command.UNFILLABLE if answer.status == "unfillable" else command.PLANNED), code
    return answer


def decide(
    order: Mapping[str, int],
    shelves: Shelves,
    by: Document | str | None = None,
    *,
    places: list[Document] | None = None,
    shelf: Mapping[str, Mapping[str, Any]] | None = None,
    stock: list[Document] | None = None,
    now: str = NOW,
    **request: Any,
) -> Answer:
    """Ask who supplies an order by a policy (an imitation, its name, or the default).

    ``places``: the locations, where more is to be said of them than that they are ranked as the shelves stand.
    ``shelf``: what else is said of the rows of a location; ``stock``: the rows, where that is not enough.
    ``request``: what else is said of the request.
    """
    document: Document = {
        "now": now,
        "request": {"method": "delivery", "lines": wanted(order), **request},
        "locations": locations(shelves) if places is None else places,
        "stock": rows(shelves, **(shelf or {})) if stock is None else stock,
    }
    if by is not None:
        document["policy"] = policy(by) if isinstance(by, str) else by
    return ask(document)


def asked_in_turn(
    order: Mapping[str, int], shelves: Shelves, by: Document | str, *, places: list[Document]
) -> list[str]:
    """The order in which single locations are asked: each says no, and the rest is decided again."""
    refused: list[str] = []
    while (answer := decide(order, shelves, by, places=places, refused_by=refused)).planned:
        refused += answer.chosen
    return refused


@cache
def _arguments() -> argparse.Namespace:
    """Those of ``decide -``, read once: to build the whole command line takes longer than to decide."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(["-"])


@contextmanager
def _standard_input(text: str) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(text.encode()))
    try:
        yield
    finally:
        sys.stdin = before
