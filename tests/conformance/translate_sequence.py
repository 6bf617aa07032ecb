"""Peers that fill in an order: a sequence of sources, a priority, the highest stock."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.conformance.asking import Document, asked_in_turn, decide, locations, policy
from tests.conformance.cases import Given
from tests.conformance.counting import all_halves, halves, wholes
from tests.conformance.families import Said, family

NOT_USABLE = re.compile(r"(\S+) \(([\d.]+), (status out of stock|source disabled)\)")


@family("greedy_in_given_order")
def greedy_in_given_order(given: Given) -> Said:
    shelves = {name: all_halves(shelf) for name, shelf in given["stock"].items()}
    broken: dict[str, dict[str, int]] = {}
    closed: set[str] = set()
    for name, told in given["not_usable"].items():
        for sku, units, why in (NOT_USABLE.fullmatch(one).groups() for one in told):  # type: ignore[union-attr]
            shelves.setdefault(name, {})[sku] = halves(float(units))
            if why == "source disabled":
                closed.add(name)
            else:
                broken.setdefault(name, {})[sku] = halves(float(units))
    spelled = {sku.casefold(): sku for shelf in shelves.values() for sku in shelf}
    order = {spelled.get(sku.casefold(), sku): halves(units) for sku, units in given["order"].items()}
    places = [
        {
            "location_id": name,
            "rank": given["sequence"].index(name) if name in given["sequence"] else 100,
            "groups": ["assigned"] if name in given["sequence"] else [],
            "status": "closed" if name in closed else "open",
        }
        for name in {*shelves, *given["sequence"]}
    ]
    stock = [
        {
            "location_id": name,
            "sku": sku,
            "on_hand": units,
            "blocked": broken.get(name, {}).get(sku, 0),
        }
        for name, shelf in shelves.items()
        for sku, units in shelf.items()
    ]
    answer = decide(order, {}, "magento-priority", places=places, stock=stock)
    taken = {f"{name}/{sku}": wholes(n) for name, shelf in answer.taken().items() for sku, n in shelf.items()}
    return {"rows": taken, "shippable": answer.planned}


@family("greedy_qty")
def greedy_qty(given: Given) -> Said:
    chosen, by_stock = given["collection_point"], given["strategy"] == "high_stock"
    if by_stock:
        by, sequence = "saleor-highest-stock", list(given["stock"])
    else:
        by, sequence = "saleor-sorting-order" if chosen else "in-sequence", given["strategy"]
    held = {
        name: {"reserved": given["reserved_by_others"].get(name, 0) + given["allocated"].get(name, 0)}
        for name in sequence
    }
    places = locations(sequence, **({chosen: {"groups": ["collection-point"]}} if chosen else {}))
    shelves = {name: {"sku": units} for name, units in given["stock"].items()}
    answer = decide({"sku": given["qty"]}, shelves, by, places=places, shelf=held)
    return {"take": answer.units(), "ok": answer.planned}


@family("on_hand_then_backorder")
def on_hand_then_backorder(given: Given) -> Said:
    answer = decide(
        given["want"],
        given["on_hand"],
        "solidus-on-hand-first",
        places=locations(given["sequence"]),
        shelf={name: {"backorderable": True} for name in given["backorderable"]},
    )
    return {"on_hand": answer.taken(), "backorder": answer.later(), "leftover": answer.left_out()}


@family("backorder_split")
def backorder_split(given: Given) -> Said:
    want = given["on_hand"] + given["backordered"]
    answer = decide(
        {"sku": want},
        {"L1": {"sku": given["on_hand"]}},
        "solidus-on-hand-first",
        shelf={"L1": {"backorderable": True}},
    )
    return {"packages": len(answer.chosen) + len(answer.later())}


@family("fragments")
def fragments(given: Given) -> Said:
    shelves = {f"L{n}": {"sku": units} for n, units in enumerate(given["stock"], 1)}
    answer = decide({"sku": given["want"]}, shelves, "in-sequence")
    return {"pieces": [units for _, units in sorted(answer.units().items())]}


@family("kit_multiples")
def kit_multiples(given: Given) -> Said:
    kits = [
        {"line_id": f"kit-{n}", "sku": "unit", "quantity": given["required_per_kit"]}
        for n in range(given["kits"])
    ]
    shelves = {name: {"unit": given["stock"][name]} for name in given["sequence"]}
    return {"take": decide({}, shelves, "medusa-kits", lines=kits).units()}


@family("location_sort")
def location_sort(given: Given) -> Said:
    places = [
        {"location_id": name, "rank": position, "groups": ["default"] if is_default else []}
        for name, position, is_default in given["locations"]
    ]
    shelves = {name: {"sku": 1} for name, _, _ in given["locations"]}
    return {"order": asked_in_turn({"sku": 1}, shelves, "solidus-default-first", places=places)}


@family("single_location_by_priority")
def single_location_by_priority(given: Given) -> Said:
    places = locations(given["priority"])
    answer = decide(given["order"], given["stock"], "shopify-ordered-rules", places=places)
    return {"location": answer.chosen[0] if len(answer.chosen) == 1 else answer.chosen}


@family("lexicographic_rules")
def lexicographic_rules(given: Given) -> Said:
    def said(name: str) -> Document:
        words = zip(("first", "second", "third"), given["rules"], strict=False)
        return {word: rule[name] for word, rule in words if rule[name] is not None}

    assert len(given["rules"]) <= 3, given["rules"]
    places = [
        {
            "location_id": name,
            "attributes": said(name),
            "groups": ["default"] if name == given["default"] else [],
        }
        for name in given["locations"]
    ]
    shelves = {name: {"sku": 1} for name in given["locations"]}
    return {"winner": decide({"sku": 1}, shelves, "spree-reducer", places=places).chosen[0]}


@family("ratio_sort")
def ratio_sort(given: Given) -> Said:
    places = [
        {"location_id": name, "rank": 1, "attributes": {"weekly_sales": weekly}}
        for name, weekly in given["weekly_sales"].items()
    ]
    shelves = {name: {"sku": units} for name, units in given["inventory"].items()}
    return {"order": asked_in_turn({"sku": 1}, shelves, "hotwax-slow-movers", places=places)}


@family("eta_order")
def eta_order(given: Given) -> Said:
    days = {name: eta or 0 for name, (_, eta) in given["batches"].items()}  # no day: it is there
    by = policy(
        "cosmic-earliest",
        carriers=[
            {"name": f"in {eta} days", "cutoff": "18:00", "transit_days": {"same": eta}, "groups": [name]}
            for name, eta in days.items()
        ],
    )
    shelves = {name: {"sku": units} for name, (units, _) in given["batches"].items()}
    answer = decide({"sku": given["qty"]}, shelves, by, places=locations(days, **_own_groups(days)))
    taken = answer.units()
    return {"after": {name: units - taken.get(name, 0) for name, (units, _) in given["batches"].items()}}


def _own_groups(names: Mapping[str, int]) -> dict[str, Document]:
    return {name: {"groups": [name]} for name in names}
