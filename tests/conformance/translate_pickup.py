"""Where a customer can collect, and when."""

from __future__ import annotations

from tests.conformance.asking import Document, decide, locations, policy
from tests.conformance.cases import Given
from tests.conformance.counting import all_halves
from tests.conformance.families import Said, family

DAY = "2026-11-23"
COLLECTION = {"local": "saleor-collection-local", "all": "saleor-collection-all"}
FAR_KM = 2.0  # from what a peer says of a distance to what we say: its earth is another ball, its places are rounded


@family("ready_for_pickup")
def ready_for_pickup(given: Given) -> Said:
    name = given["location"]
    places = locations([name], **{name: {"status": "open" if given["enabled"] else "closed"}})
    shelves = {name: all_halves(given["on_hand"])}
    order = all_halves(given["order"])
    answer = decide(order, shelves, places=places, method="pickup", location_id=name)
    return {"ready": answer.planned}


@family("radius_search")
def radius_search(given: Given) -> Said:
    lat, lon = given["point"]
    places = [
        {
            "location_id": name,
            "point": {"lat": told["lat"], "lon": told["lon"]},
            "methods": ["pickup", "delivery"] if told["pickup"] else ["delivery"],
            "groups": ["channel"] if name in given["in_channel"] else [],
        }
        for name, told in given["locations"].items()
    ]
    within = {"include_groups": ["channel"], "max_distance_km": given["radius_km"]}
    answer = decide(
        {"sku": 1},
        {name: {"sku": 1} for name in given["locations"]},
        policy("magento-pickup-search", locations=within),
        places=places,
        method="pickup",
        customer={"point": {"lat": lat, "lon": lon}},
    )
    for name, kilometres in given["distances_km"].items():
        assert abs(answer.verdict(name)["distance_km"] - kilometres) <= FAR_KM, name
    nearest_first = answer.eligible()
    return {"result": nearest_first[::-1] if given["sort"] == "distance desc" else nearest_first}


@family("pickup_points")
def pickup_points(given: Given) -> Said:
    offered = [name for name in given["in_channel"] if _is_offered(name, given)]
    return {"offered": sorted(offered)}


def _is_offered(name: str, given: Given) -> bool:
    """``local``: a pickup there. ``all``: whatever any warehouse of the channel has can be brought there."""
    mode = given["modes"][name]
    if mode == "disabled":
        return False
    names = sorted({*given["modes"], *given["stock"]})
    more: dict[str, Document] = {
        one: {
            "groups": ["channel"] if one in given["in_channel"] else [],
            "methods": ["delivery"] if given["modes"].get(one) == "disabled" else ["pickup", "delivery"],
        }
        for one in names
    }
    where = {"method": "pickup", "location_id": name} if mode == "local" else {}
    by = COLLECTION[mode]
    return decide(given["cart"], given["stock"], by, places=locations(names, **more), **where).planned


@family("earliest_slot")
def earliest_slot(given: Given) -> Said:
    by = policy("woocommerce-pickup-slots", slot_minutes=given["slot_min"])
    week = {str(day): [{"opens": given["open"], "closes": given["close"]}] for day in range(1, 8)}
    shop = _shop(given["lead_min"]) | {"hours": {"weekly": week}}
    now = f"{DAY}T{given['now']}:00Z"
    answer = decide({"sku": 1}, {"shop": {"sku": 1}}, by, places=[shop], now=now, **_PICKUP)
    ready: str = answer.told["shipments"][0]["promise"]["ready_by"]
    return {"slot": ready[11:16] if ready.startswith(DAY) else ready}


@family("slot_revalidate")
def slot_revalidate(given: Given) -> Said:
    answer = decide(
        {"sku": 1},
        {"shop": {"sku": 1}},
        "woocommerce-pickup-slots",
        places=[_shop(given["lead_min"])],
        now=f"{DAY}T{given['submitted']}:00Z",
        needed_by=f"{DAY}T{given['chosen']}:00Z",
        **_PICKUP,
    )
    return {"accepted": answer.planned}


_PICKUP = {"method": "pickup", "location_id": "shop"}


def _shop(lead_minutes: int) -> Document:
    return {"location_id": "shop", "timezone": "UTC", "prep_minutes": lead_minutes}
