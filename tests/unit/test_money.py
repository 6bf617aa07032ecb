"""What a plan costs: parts, weights, bands, and a plan that is cheapest by them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fulfillment.domain.decision import Decision, Item, decide
from fulfillment.domain.policy import CostRates, Policy, SplitRules, TransportRate, WeightBand
from fulfillment.domain.routing.candidate import Candidate, StockPicture
from tests.support.builders import MONDAY_NOON, a_line, stock
from tests.support.values import a_candidate, a_delivery, picture

BANDS = (WeightBand(Decimal(9_000), 1_000), WeightBand(Decimal(15_000), 3_000), WeightBand(Decimal(40_000)))
RATES = CostRates(
    transport=(
        TransportRate(BANDS[:1] + BANDS[2:], zone="same", up_to_km=10, per_km=Decimal(100)),
        TransportRate(BANDS, zone="same"),
        TransportRate((WeightBand(Decimal(60_000)),), per_km=Decimal("0.5")),
    ),
    per_shipment=Decimal(5_000),
    per_unit=Decimal(500),
    reroute=Decimal(20_000),
    backlog_per_order=Decimal(200),
)
HALF_KILO = {"tee": Item(weight_grams=500), "cap": Item(weight_grams=500)}


def cheapest(
    *candidates: Candidate, on: StockPicture, rates: CostRates = RATES, tees: int = 1, **more: Any
) -> Decision:
    policy = Policy(objectives=("cost",), costs=rates, **more)
    return decide(a_delivery(a_line("tee", tees), items=HALF_KILO), candidates, on, policy, MONDAY_NOON)


def parts(decision: Decision) -> dict[str, int]:
    """Of the first shipment, those that are not nothing."""
    cost = decision.shipments[0].cost
    assert cost is not None
    assert cost.total == sum(cost.parts.values())
    return {name: int(amount) for name, amount in cost.parts.items() if amount}


@pytest.mark.parametrize(
    ("candidate", "tees", "transport"),
    [
        (a_candidate("a", 9_001), 2, 9_000 + 10 * 100),  # each kilometre begun
        (a_candidate("a", 10_000), 3, 40_000 + 10 * 100),
        (a_candidate("a", 10_001), 2, 9_000),
        (a_candidate("a", 10_001), 3, 15_000),
        (a_candidate("a", 10_001), 7, 40_000),
        (a_candidate("a", 3_000, foreign=True), 1, 60_001),  # 1.5 rounds to whole rupiah here only
        (a_candidate("a", None), 1, 9_000),  # unknown is far, not near
    ],
)
def test_transport_goes_by_zone_distance_and_weight(candidate: Candidate, tees: int, transport: int) -> None:
    decision = cheapest(candidate, on=picture(stock("a", tee=9)), tees=tees)

    assert parts(decision) == {"transport": transport, "handling": 5_000 + 500 * tees}


def test_every_part_is_named_and_multiplied_by_its_weight() -> None:
    rates = replace(
        RATES, weights={"handling": Decimal(2), "scarcity": Decimal("0.5"), "backlog": Decimal(0)}
    )
    store = a_candidate("a", 20_000, refusal_rate=Decimal("0.25"), queued=7)
    shelf = [replace(row, unit_value=Decimal(3_000)) for row in stock("a", tee=9)]

    decision = cheapest(store, on=picture(shelf), rates=rates, tees=2)

    assert parts(decision) == {
        "transport": 9_000,
        "handling": 2 * (5_000 + 2 * 500),
        "scarcity": 2 * 3_000 // 2,
        "refusal_risk": 5_000,
    }
    assert [(o.name, o.value) for o in decision.objectives] == [("cost", 29_000 * 1_000_000)]


def test_the_chance_of_a_refusal_costs_its_share_of_a_reroute() -> None:
    sure, unsure = a_candidate("sure", 9_000), a_candidate("unsure", 8_000, refusal_rate=Decimal("0.1"))

    decision = cheapest(sure, unsure, on=picture(stock("sure", tee=1), stock("unsure", tee=1)))

    assert [s.location_id for s in decision.shipments] == ["sure"]


def test_a_last_unit_that_a_shop_will_sell_anyway_is_left_there() -> None:
    dear = [replace(row, unit_value=Decimal(90_000)) for row in stock("shop", tee=1)]
    stores = (a_candidate("shop", 1_000), a_candidate("depot", 300_000, kind="warehouse"))

    decision = cheapest(*stores, on=picture(dear, stock("depot", tee=50)))

    assert [s.location_id for s in decision.shipments] == ["depot"]


def test_two_light_parcels_can_be_cheaper_than_a_heavy_one() -> None:
    # Given 12 tees of half a kilo: one parcel of 6 kg is 40,000; two of 3 kg are 15,000 each and 5,000 more handling
    stores = (a_candidate("a", 20_000), a_candidate("b", 20_000))
    shelves = picture(stock("a", tee=12), stock("b", tee=12))

    decision = cheapest(*stores, on=shelves, tees=12)
    one_parcel = cheapest(*stores, on=shelves, tees=12, split=SplitRules(1))

    assert [sum(a.quantity for a in s.allocations) for s in decision.shipments] == [6, 6]
    assert decision.objectives[0].value < one_parcel.objectives[0].value


def test_units_come_from_where_each_costs_least() -> None:
    # Given four tees wanted, at a value of 2, 5 and 8 thousand a unit in three shops
    values = {"a": (1, 2_000), "b": (3, 5_000), "c": (2, 8_000)}
    shelves = picture(
        *([replace(r, unit_value=Decimal(v)) for r in stock(name, tee=n)] for name, (n, v) in values.items())
    )

    decision = cheapest(*(a_candidate(n) for n in "abc"), on=shelves, rates=CostRates(), tees=4)

    assert {s.location_id: s.allocations[0].quantity for s in decision.shipments} == {"a": 1, "b": 3}
    assert decision.objectives[0].value == 17_000 * 1_000_000


def test_without_rates_nothing_costs_anything() -> None:
    decision = cheapest(a_candidate("a"), on=picture(stock("a", tee=1)), rates=CostRates())

    assert decision.shipments[0].cost is not None
    assert decision.shipments[0].cost.total == 0
