"""Which set of locations: the fewest, the cheapest, the nearest, within limits."""

from __future__ import annotations

from datetime import datetime

from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.registry import RULES, RuleView
from tests.conformance.asking import CUSTOMER, NOW, Answer, Document, decide, locations, place_at, policy
from tests.conformance.cases import Given
from tests.conformance.families import Said, family
from tests.support.values import a_candidate

KM_PER_MILE = 1.609344
FIVE: Document = {"split": {"max_shipments": 5}}  # the default policy, with as many shipments as there may be
LATER: Document = FIVE | {"fallback": ["backorder"]}


@family("one_sku_feasibility")
def one_sku_feasibility(given: Given) -> Said:
    shelves = {f"L{n}": {"sku": units} for n, units in enumerate(given["on_hand"], 1)}
    shelf = {name: {"backorderable": given["backorder"]} for name in shelves}
    answer = decide({"sku": given["want"]}, shelves, LATER if given["backorder"] else FIVE, shelf=shelf)
    places = {*answer.chosen, *answer.later()}
    return {
        "fulfillable": answer.status in ("planned", "backordered"),
        "packages": len(answer.chosen) + len(answer.later()),
        "min_locations": len(places),
    }


@family("route_totals")
def route_totals(given: Given) -> Said:
    answer, fewest = _by_spree(given), _fewest(given)
    return {
        "on_hand": answer.total(),
        "backorder": sum(sum(shelf.values()) for shelf in answer.later().values()),
        "at": answer.units(),
        "uses": sorted(answer.chosen),
        "min_locations": len(fewest.chosen) if fewest.planned else None,
    }


@family("documented_flaw")
def documented_flaw(given: Given) -> Said:
    answer = _by_spree(given)
    return {
        "on_hand": answer.total(),
        "backorder": sum(sum(shelf.values()) for shelf in answer.later().values()),
    }


def _by_spree(given: Given) -> Answer:
    default = given.get("default")
    places = locations(given["stock"], **({default: {"groups": ["default"]}} if default else {}))
    return decide(given["order"], given["stock"], "spree-rules", places=places, stock=_rows(given))


def _fewest(given: Given) -> Answer:
    return decide(given["order"], given["stock"], FIVE)


def _rows(given: Given) -> list[Document]:
    """A row for each SKU of the order everywhere: what is backorderable need not be there."""
    return [
        {
            "location_id": name,
            "sku": sku,
            "on_hand": shelf.get(sku, 0),
            "backorderable": name in given["backorderable"],
        }
        for name, shelf in given["stock"].items()
        for sku in given["order"]
    ]


@family("coverage_rank")
def coverage_rank(given: Given) -> Said:
    def rank(name: str) -> int | None:
        candidate, shelf = a_candidate(name), given["stock"][name]
        view = RuleView(candidate, shelf, given["demand"], Policy(), datetime.fromisoformat(NOW))
        return RULES["coverage"].says(view)

    return {"rank": {name: rank(name) for name in given["stock"]}}


@family("min_cost_split")
def min_cost_split(given: Given) -> Said:
    shelves = {name: {"sku": units} for name, units in given["stock"].items()}
    worth = {name: {"unit_value": str(cost)} for name, cost in given["unit_cost"].items()}
    answer = decide({"sku": given["qty"]}, shelves, "medusa-least-cost", shelf=worth)
    return {"take": dict.fromkeys(shelves, 0) | answer.units(), "cost": answer.cost()}


@family("min_cover")
def min_cover(given: Given) -> Said:
    shelves = {name: dict.fromkeys(skus, 1) for name, skus in given["carries"].items()}
    return {"locations": sorted(decide(dict.fromkeys(given["want"], 1), shelves).chosen)}


@family("max_splits")
def max_splits(given: Given) -> Said:
    by = policy("salesforce-fewest-splits", split={"max_shipments": given["max_splits"] + 1})
    skus = ["a", "b", "c", "d", "e", "f"]
    shelves = {f"L-{sku}": {sku: 1} for sku in skus}
    asked = [decide(dict.fromkeys(skus[:n], 1), shelves, by) for n in range(1, len(skus) + 1)]
    return {"max_locations": max(len(answer.chosen) for answer in asked)}


@family("shipment_threshold")
def shipment_threshold(given: Given) -> Said:
    """Each parcel is a line that one location has; what is not allocated is a line that nobody has."""
    parcels = {f"L{n}": {f"line-{n}": value} for n, value in enumerate(given["parcels"])}
    values = {sku: value for parcel in parcels.values() for sku, value in parcel.items()}
    if given["unallocated_value"]:
        values["nowhere"] = given["unallocated_value"]
    lines = [
        {"sku": sku, "quantity": 1, "unit_price": {"amount": str(value), "currency": "USD"}}
        for sku, value in values.items()
    ]
    shelves = {name: dict.fromkeys(parcel, 1) for name, parcel in parcels.items()}
    rules = {"max_shipments": 5, "min_parcel_value": given["threshold"]}
    answer = decide({}, shelves, policy("hotwax-shipment-threshold", split=rules), lines=lines)
    return {"allowed": sorted(answer.chosen) == sorted(parcels)}


@family("daily_capacity")
def daily_capacity(given: Given) -> Said:
    admitted = 0
    for _ in range(given["orders"]):
        shop = {
            "location_id": "shop",
            "capacity": {"delivery": {"limit": given["limit"], "used": admitted}},
        }
        admitted += decide({"sku": 1}, {"shop": {"sku": 100}}, places=[shop]).planned
    return {"correct_admits": admitted}


@family("difference")
def difference(given: Given) -> Said:
    room = {"limit": given["available"], "used": given["virtual_reduction"]}
    shop = {"location_id": "shop", "capacity": {"delivery": room}}
    answer = decide({"sku": 1}, {"shop": {"sku": 1}}, places=[shop])
    verdict = answer.verdict("shop")
    return {"value": 0 if verdict["reason"] == "capacity_full" else verdict["detail"]["capacity_left"]}


@family("missing_coordinates")
def missing_coordinates(given: Given) -> Said:
    places = [{"location_id": name, **place_at(km)} for name, km in given["distances"].items()]
    answer = decide(
        {"sku": 1},
        {name: {"sku": 1} for name in given["distances"]},
        policy("hotwax-within", locations={"max_distance_km": given["limit_km"]}),
        places=places,
        customer=CUSTOMER,
    )
    return {"correct_order": answer.eligible()}


@family("rings")
def rings(given: Given) -> Said:
    places = [
        {"location_id": name, **place_at(miles * KM_PER_MILE)}
        for name, (miles, _) in given["locations"].items()
    ]
    whole = "whole" if given["one_location_per_line"] else "splittable"
    by = policy(
        "ibm-rings",
        rings_km=[miles * KM_PER_MILE for miles in given["rings_mi"]],
        split={"max_shipments": 5, "lines": whole},
    )
    shelves = {name: {"sku": units} for name, (_, units) in given["locations"].items()}
    return {"take": decide({"sku": given["qty"]}, shelves, by, places=places, customer=CUSTOMER).units()}


@family("product")
def product(given: Given) -> Said:
    by = policy("ibm-cancel-risk", costs={"currency": "USD", "reroute": given["margin"]})
    shop = {"location_id": "shop", "refusal_rate": given["p_cancel"]}
    answer = decide({"sku": 1}, {"shop": {"sku": 1}}, by, places=[shop])
    return {"value": answer.cost("refusal_risk")}
