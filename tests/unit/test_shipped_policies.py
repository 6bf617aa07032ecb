"""The shipped policies: each is right, says all that it must, and decides as its name promises."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fulfillment.application.setting_views import policy as shown
from fulfillment.cli.policy_files import SHIPPED, parse, shipped_names, shipped_policy, shipped_text
from fulfillment.domain.decision import Decision, Item, decide
from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.candidate import Candidate, StockPicture
from tests.support.builders import MONDAY_NOON, a_line, stock
from tests.support.values import a_candidate, a_delivery, picture

KM = 1_000
TEE_AND_CAP = (a_line("tee", 1, "1"), a_line("cap", 1, "2"))


def decided(name: str, *candidates: Candidate, on: StockPicture, **more: Any) -> Decision:
    """A tee and a cap, by a shipped policy."""
    return decide(a_delivery(*TEE_AND_CAP, **more), candidates, on, shipped_policy(name), MONDAY_NOON)


def suppliers(decision: Decision) -> set[str]:
    assert decision.status == "planned"
    return {shipment.location_id for shipment in decision.shipments}


# Everything at 10 km; half of it each at 3 and at 4 km.
NEAR, NEXT, FAR = a_candidate("near", 3 * KM), a_candidate("next", 4 * KM), a_candidate("far", 10 * KM)
HALVES = picture(stock("near", tee=1), stock("next", cap=1), stock("far", tee=1, cap=1))


def test_these_are_shipped() -> None:
    assert shipped_names() == ("fewest-shipments", "lowest-cost", "nearest", "ranked-locations")


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_policy_is_right_and_named_by_its_file(name: str) -> None:
    document = parse(shipped_text(name), name)

    assert shipped_policy(name).name == name
    assert (document.name, document.version, document.applies_to) == (None, None, None)


@pytest.mark.parametrize("name", shipped_names())
def test_every_line_of_a_shipped_policy_is_explained(name: str) -> None:
    # A line is explained by the comment above it, or above the block that it belongs to
    blocks = shipped_text(name).split("\n\n")

    assert [block for block in blocks if not block.lstrip().startswith("#") and "#" not in block] == []


def test_the_default_policy_is_fewest_shipments_under_another_name() -> None:
    assert replace(shipped_policy("fewest-shipments"), name="default") == Policy()


def test_fewest_shipments_writes_every_field_out() -> None:
    document = parse(shipped_text("fewest-shipments"), "fewest-shipments")

    assert document.model_fields_set == shown(Policy()).keys() - {"name", "version"}


def test_no_file_lies_beside_the_policies_unseen() -> None:
    assert {entry.name for entry in SHIPPED.iterdir()} == {f"{name}.yaml" for name in shipped_names()}


def test_fewest_shipments_takes_one_parcel_from_far() -> None:
    assert suppliers(decided("fewest-shipments", NEAR, NEXT, FAR, on=HALVES)) == {"far"}


def test_fewest_shipments_takes_two_parcels_from_this_island_before_one_over_the_sea() -> None:
    overseas = replace(FAR, foreign=True)

    assert suppliers(decided("fewest-shipments", NEAR, NEXT, overseas, on=HALVES)) == {"near", "next"}


def test_nearest_takes_what_is_near_even_in_two_parcels() -> None:
    assert suppliers(decided("nearest", NEAR, NEXT, FAR, on=HALVES)) == {"near", "next"}


def test_nearest_is_the_nearest_location_that_has_everything() -> None:
    everywhere = picture(*(stock(name, tee=1, cap=1) for name in ("near", "next", "far")))

    assert suppliers(decided("nearest", FAR, NEXT, NEAR, on=everywhere)) == {"near"}


def test_nearest_does_not_cross_the_sea_for_a_shorter_way() -> None:
    shelves = picture(stock("near", tee=1, cap=1), stock("far", tee=1, cap=1))

    assert suppliers(decided("nearest", replace(NEAR, foreign=True), FAR, on=shelves)) == {"far"}


def test_nearest_takes_more_parcels_before_it_gives_up() -> None:
    # Given a tee in each of four stores
    stores = [a_candidate(name, KM) for name in "abcd"]
    shelves = picture(*(stock(name, tee=1) for name in "abcd"))

    decision = decide(a_delivery(a_line("tee", 4)), stores, shelves, shipped_policy("nearest"), MONDAY_NOON)

    assert suppliers(decision) == {"a", "b", "c", "d"}


def test_ranked_locations_takes_the_best_rank_however_far() -> None:
    # Given a flagship far away, and stores that nobody ranked
    flagship = replace(FAR, rank=1, foreign=True)
    everywhere = picture(*(stock(name, tee=1, cap=1) for name in ("near", "next", "far")))

    decision = decided("ranked-locations", NEAR, NEXT, flagship, on=everywhere)

    assert suppliers(decision) == {"far"}


def test_ranked_locations_of_equal_rank_are_few_and_near() -> None:
    everywhere = picture(stock("near", tee=1), stock("next", tee=1, cap=1), stock("far", tee=1, cap=1))

    assert suppliers(decided("ranked-locations", NEAR, NEXT, FAR, on=everywhere)) == {"next"}


def test_ranked_locations_adds_the_next_rank_when_the_best_has_not_all() -> None:
    # Given the best rank with half, the second with the other half, and the third with everything
    stores = (replace(FAR, rank=1), replace(NEXT, rank=2), replace(NEAR, rank=3))
    shelves = picture(stock("far", tee=1), stock("next", cap=1), stock("near", tee=1, cap=1))

    assert suppliers(decided("ranked-locations", *stores, on=shelves)) == {"far", "next"}


def test_lowest_cost_weighs_a_second_parcel_against_the_way() -> None:
    # Given light goods: 9,000 + 3 x 500 and 9,000 + 4 x 500 beside 9,000 + 10 x 500, and 6,000 for each parcel
    decision = decided("lowest-cost", NEAR, NEXT, FAR, on=HALVES)

    assert suppliers(decision) == {"far"}
    (parcel,) = decision.shipments
    assert parcel.cost is not None
    assert parcel.cost.parts["transport"] == 9_000 + 10 * 500
    assert parcel.cost.parts["handling"] == 6_000 + 2 * 1_500
    assert parcel.cost.total == 23_000


def test_lowest_cost_does_not_take_the_last_one_that_a_customer_would_buy() -> None:
    # Given the nearest store, where a walk-in customer would pay 20,000 more
    shelves = picture(
        [replace(row, unit_value=Decimal(20_000)) for row in stock("near", tee=1, cap=1)],
        stock("far", tee=1, cap=1),
    )

    assert suppliers(decided("lowest-cost", NEAR, FAR, on=shelves)) == {"far"}


def test_lowest_cost_avoids_a_store_that_often_says_no() -> None:
    unsure = replace(NEAR, refusal_rate=Decimal("0.5"))
    everywhere = picture(stock("near", tee=1, cap=1), stock("far", tee=1, cap=1))

    assert suppliers(decided("lowest-cost", unsure, FAR, on=everywhere)) == {"far"}


def test_lowest_cost_pays_for_the_sea_and_for_weight() -> None:
    # Given 3 kg of goods: 45,000 on the island and 120,000 over the sea
    items = {"tee": Item(weight_grams=2_000), "cap": Item(weight_grams=1_000)}
    here, overseas = a_candidate("here", 600 * KM), a_candidate("overseas", 30 * KM, foreign=True)
    shelves = picture(stock("here", tee=1, cap=1), stock("overseas", tee=1, cap=1))

    decision = decided("lowest-cost", here, overseas, on=shelves, items=items)

    assert suppliers(decision) == {"here"}
    (parcel,) = decision.shipments
    assert parcel.cost is not None
    assert parcel.cost.parts["transport"] == 45_000 + 600 * 10
