"""What there is to sell: floors, reservations, corrections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from fulfillment.domain.stock import RefusalReason, StockRow
from tests.conformance.asking import EVERYTHING, NOW, Document, decide, locations, policy
from tests.conformance.cases import Given
from tests.conformance.counting import halves, wholes
from tests.conformance.families import Said, family

# To be told how many there are, ask for more than there are, in part.
ALL_THERE_IS: Document = {"fallback": ["part"], "split": {"max_shipments": 5}}


def _there_is(shelves: Mapping[str, int], by: Document, reserved: Mapping[str, int] | None = None) -> int:
    held = {name: {"reserved": units} for name, units in (reserved or {}).items()}
    answer = decide(
        {"sku": EVERYTHING}, {name: {"sku": n} for name, n in shelves.items()}, by | ALL_THERE_IS, shelf=held
    )
    return answer.total()


def _pool(given: Given) -> dict[str, int]:
    """The shelves of a pool in halves. Where Magento keeps a minimum of their sum, they are one shelf."""
    shelves = {name: halves(given["stock"].get(name, {}).get(given["sku"], 0)) for name in given["pool"]}
    if given["min_qty"] and len(shelves) > 1:
        return {"pool": sum(shelves.values())}
    return shelves


def _reserved(given: Given, shelves: Mapping[str, int]) -> dict[str, int]:
    """What the pool has promised, on its shelves one after the other: here a promise is a location's."""
    left = sum(halves(-change) for change in given["reservations"])
    reserved: dict[str, int] = {}
    for name, units in shelves.items():
        reserved[name] = min(left, units)
        left -= reserved[name]
    assert left == 0, "more is promised than there is"
    return reserved


def _kept(units: int) -> Document:
    return policy("hotwax-safety-stock", floors=[{"units": units}])


@family("salable")
def salable(given: Given) -> Said:
    shelves = _pool(given)
    reserved = _reserved(given, shelves)
    return {"salable": wholes(_there_is(shelves, _kept(halves(given["min_qty"])), reserved))}


@family("salable_for")
def salable_for(given: Given) -> Said:
    pool = _pool(given)
    held = {name: {"reserved": units} for name, units in _reserved(given, pool).items()}
    shelves = {name: {"sku": units} for name, units in pool.items()}
    by = _kept(halves(given["min_qty"]))
    return {"ok": decide({"sku": halves(given["want"])}, shelves, by, shelf=held).planned}


@family("supply_total")
def supply_total(given: Given) -> Said:
    active = {f"A{n}": units for n, units in enumerate(given["active"])}
    shelves = active | {f"I{n}": units for n, units in enumerate(given["inactive"])}
    places = locations(shelves, **{name: {"status": "closed"} for name in shelves if name not in active})
    stock = {name: {"sku": units} for name, units in shelves.items()}
    everything = decide({"sku": EVERYTHING}, stock, ALL_THERE_IS, places=places)
    asked = [decide({"sku": units}, stock, "in-sequence", places=places) for units in given["ask"]]
    return {"total": everything.total(), "can": [answer.planned for answer in asked]}


@family("ship_available_after_pickups")
def ship_available_after_pickups(given: Given) -> Said:
    here = (given["location"], given["sku"])
    shelves = {(name, sku): EVERYTHING for name, sku, _ in given["open_pickups"]}
    shelves[here] = halves(given["on_hand"])
    reserved: dict[tuple[str, str], int] = {}
    for name, sku, units in given["open_pickups"]:
        ordered = decide(
            {sku: halves(units)},
            {name: {sku: shelves[name, sku]}},
            method="pickup",
            location_id=name,
            shelf={name: {"reserved": reserved.get((name, sku), 0)}},
        )
        reserved[name, sku] = reserved.get((name, sku), 0) + ordered.taken()[name][sku]
    left = _there_is({here[0]: shelves[here]}, {}, {here[0]: reserved.get(here, 0)})
    return {"available_for_shipping": wholes(left)}


@family("pickup_protects_stock")
def pickup_protects_stock(given: Given) -> Said:
    shelves = {name: {"sku": given["stock"][name]} for name in given["priority"]}
    reserved = {
        name: {"reserved": decide({"sku": units}, shelves, method="pickup", location_id=name).total()}
        for name, units in given["pickup"].items()
    }
    shipped = decide({"sku": given["ship"]}, shelves, "in-sequence", shelf=reserved)
    at_most = decide({"sku": EVERYTHING}, shelves, policy("in-sequence", fallback=["part"]), shelf=reserved)
    assert shipped.planned
    assert shipped.units().get("A", 0) <= at_most.units().get("A", 0)
    return {"ship_from_A_at_most": at_most.units().get("A", 0)}


@family("reserve")
def reserve(given: Given) -> Said:
    lines = [{"sku": "sku", "quantity": units} for units in given["lines"]]
    answer = decide(
        {},
        {"L1": {"sku": given["on_hand"]}},
        lines=lines,
        shelf={"L1": {"reserved": given["reserved_by_others"]}},
    )
    return {"ok": answer.planned}


@family("multi_line_all_or_nothing")
def multi_line_all_or_nothing(given: Given) -> Said:
    names = sorted({name for shelf in given["stock"].values() for name in shelf})
    shelves = {name: {sku: shelf.get(name, 0) for sku, shelf in given["stock"].items()} for name in names}
    answer = decide(given["lines"], shelves, "in-sequence")
    return {"ok": answer.planned, "short": answer.short()}


@family("last_match_wins")
def last_match_wins(given: Given) -> Said:
    assert given["all_match"]
    by = policy("hotwax-safety-stock", floors=[{"units": units} for units in given["rules_in_order"]])
    return {"safety_stock": 100 - _there_is({"L1": 100}, by)}


REASONS: Mapping[str, RefusalReason] = {
    "NOT_IN_STOCK": "not_found",
    "DAMAGED": "damaged",
    "NO_VARIANCE": "no_time",
}


@family("rejection_effect")
def rejection_effect(given: Given) -> Said:
    before = StockRow("sku", "L1", on_hand=5)
    promised = replace(before, reserved=2)
    after = promised.refused(2, REASONS[given["reason"]])
    return {
        "atp": _changed(before.available, after.available),
        "qoh": _changed(before.on_hand, after.on_hand - after.missing),
    }


def _changed(before: int, after: int) -> str:
    return "same" if after == before else str(after)


@family("stock_correction")
def stock_correction(given: Given) -> Said:
    """Each order goes to the first batch; a batch that was counted short refuses, and the order is decided again."""
    table = {name: StockRow("sku", name, units) for name, units in given["batches"].items()}
    placed = [(units, _routed(table, units, set())) for units in given["orders"].values()]
    for name, units in given["set"].items():
        table[name] = table[name].counted(units, datetime.fromisoformat(NOW))
        for ordered, at in reversed(placed):
            if at == name and table[name].available < 0:
                table[name] = table[name].refused(ordered, "no_time")
                _routed(table, ordered, {name})
    return {"available": {name: row.available for name, row in table.items()}}


def _routed(table: dict[str, StockRow], units: int, refused: set[str]) -> str:
    shelves = {name: {"sku": row.on_hand} for name, row in table.items()}
    held = {name: {"reserved": row.reserved} for name, row in table.items()}
    by = policy("in-sequence", split={"max_shipments": 1})
    answer = decide({"sku": units}, shelves, by, shelf=held, refused_by=sorted(refused))
    for name, taken in answer.units().items():
        table[name] = replace(table[name], reserved=table[name].reserved + taken)
    (only,) = answer.chosen
    return only
