"""The smallest change that would have made a location win."""

from __future__ import annotations

from dataclasses import replace

from fulfillment.domain.decision import DecisionRequest, decide
from fulfillment.domain.policy import FloorRule, LocationFilter, Policy
from fulfillment.domain.routing.candidate import Candidate, StockPicture
from fulfillment.domain.routing.changes import Change, what_would_change
from tests.support.builders import MONDAY_NOON, a_line, stock
from tests.support.values import a_candidate, a_delivery, a_pickup, picture

NEAR, FAR = a_candidate("near", 1_000), a_candidate("far", 5_000)


def changes(
    location_id: str,
    on: StockPicture,
    *stores: Candidate,
    policy: Policy | None = None,
    wanted: DecisionRequest | None = None,
) -> dict[str, dict[str, int]]:
    """What would change it, by kind; each is checked to be enough, and one less of it not to be."""
    asked = wanted or a_delivery(a_line("tee", 2))
    found = what_would_change(asked, stores or (NEAR, FAR), on, policy or Policy(), MONDAY_NOON, location_id)
    return {change.kind: dict(change.detail) for change in found}


def test_a_store_that_is_one_short_needed_one_more() -> None:
    assert changes("near", picture(stock("near", tee=1), stock("far", tee=2))) == {"units": {"tee": 1}}


def test_a_store_without_a_row_needed_all_of_it() -> None:
    assert changes("near", picture(stock("far", tee=2))) == {"units": {"tee": 2}}


def test_a_store_that_lacks_two_things_needed_both() -> None:
    wanted = a_delivery(a_line("tee", 2, "1"), a_line("cap", 1, "2"))
    shelves = picture(stock("near", tee=1), stock("far", tee=2, cap=1))

    assert changes("near", shelves, wanted=wanted) == {"units": {"tee": 1, "cap": 1}}


def test_a_store_that_was_too_far_had_to_be_as_near_as_the_winner() -> None:
    shelves = picture(stock("near", tee=2), stock("far", tee=2))

    assert changes("far", shelves) == {
        "km": {"metres": 4_000, "distance_m": 1_000}
    }  # "far" comes before "near"


def test_a_store_beyond_the_limit_had_to_be_within_it() -> None:
    policy = Policy(locations=LocationFilter(max_distance_km=4.5))

    found = changes("far", picture(stock("far", tee=2)), policy=policy)

    assert found == {"km": {"metres": 500, "distance_m": 4_500}}


def test_a_store_whose_place_is_unknown_had_to_have_one() -> None:
    shelves = picture(stock("near", tee=2), stock("lost", tee=2))

    assert changes("lost", shelves, NEAR, a_candidate("lost", None)) == {"km": {"distance_m": 1_000}}


def test_a_store_that_keeps_its_last_units_had_to_keep_fewer() -> None:
    shelves = picture(stock("near", tee=4), stock("far", tee=9))
    policy = Policy(floors=(FloorRule(5),))

    found = changes("near", shelves, policy=policy, wanted=a_delivery(a_line("tee", 2)))

    assert found == {"units": {"tee": 3}, "floor": {"floor": 2}}


def test_nothing_would_change_it_for_a_store_that_said_no() -> None:
    wanted = a_delivery(a_line("tee", 2), refused_by=frozenset({"near"}))

    assert changes("near", picture(stock("near", tee=2), stock("far", tee=2)), wanted=wanted) == {}


def test_there_is_nothing_to_change_for_the_winner_or_for_a_stranger() -> None:
    shelves = picture(stock("near", tee=2))

    assert changes("near", shelves) == {}
    assert changes("moon", shelves) == {}


def test_a_shortfall_is_made_good_first() -> None:
    shelves = picture([replace(stock("near", tee=1)[0], reserved=4)])

    assert changes("near", shelves, wanted=a_pickup("near", a_line("tee", 1))) == {"units": {"tee": 4}}


def test_what_is_said_to_be_enough_is_enough_and_one_less_is_not() -> None:
    shelves = picture(stock("near", tee=1), stock("far", tee=2))
    (change,) = what_would_change(
        a_delivery(a_line("tee", 2)), (NEAR, FAR), shelves, Policy(), MONDAY_NOON, "near"
    )
    assert change == Change("units", {"tee": 1})

    more = picture(stock("near", tee=1 + change.detail["tee"]), stock("far", tee=2))

    def winner(on: StockPicture) -> str:
        return (
            decide(a_delivery(a_line("tee", 2)), (NEAR, FAR), on, Policy(), MONDAY_NOON)
            .shipments[0]
            .location_id
        )

    assert (winner(shelves), winner(more)) == ("far", "near")
