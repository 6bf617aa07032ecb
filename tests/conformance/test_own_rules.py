"""Rules that a retailer adds: what no built-in rule says can be said, by location, and abstaining is part of it."""

from __future__ import annotations

import pytest

from fulfillment.domain.routing.registry import RULES
from tests.conformance import own_rules
from tests.conformance.asking import CUSTOMER, Document, decide, place_at, policy

# IBM: node priority x weight by distribution + distance x weight by geography; lower wins.
MILES = 1.609344
SHELVES = {"first": {"tee": 1}, "near": {"tee": 1}, "third": {"tee": 1}}
RANKS_AND_MILES = {"first": (1, 300), "near": (3, 50), "third": (2, 400)}


def _places(by_distribution: int, by_geography: int, **more: Document) -> list[Document]:
    weights = {"attributes": {"by_distribution": by_distribution, "by_geography": by_geography}}
    return [
        {"location_id": name, "rank": rank, **place_at(miles * MILES), **weights, **more.get(name, {})}
        for name, (rank, miles) in RANKS_AND_MILES.items()
    ]


@pytest.mark.parametrize(
    ("by_distribution", "by_geography", "winner"),
    [
        (100, 1, "near"),  # 100 + 300 = 400, 300 + 50 = 350, 200 + 400 = 600
        (200, 1, "first"),  # 200 + 300 = 500, 600 + 50 = 650, 400 + 400 = 800
        (1, 0, "first"),  # by priority alone
        (0, 1, "near"),  # by distance alone
    ],
)
def test_ibms_weighted_sum_can_be_said(by_distribution: int, by_geography: int, winner: str) -> None:
    places = _places(by_distribution, by_geography)

    answer = decide({"tee": 1}, SHELVES, "ibm-weighted-priority", places=places, customer=CUSTOMER)

    assert answer.chosen == [winner]


def test_the_weighted_sum_abstains_where_no_distance_is_known() -> None:
    places = _places(100, 1, near={"point": None})

    answer = decide({"tee": 1}, SHELVES, "ibm-weighted-priority", places=places, customer=CUSTOMER)

    assert answer.chosen == ["first"]


def test_the_weighted_sum_abstains_where_no_weights_are_said() -> None:
    places = _places(100, 1, near={"attributes": {"by_geography": 1}})

    answer = decide({"tee": 1}, SHELVES, "ibm-weighted-priority", places=places, customer=CUSTOMER)

    assert answer.chosen == ["first"]


def test_a_location_says_of_itself_what_a_rule_ranks_by() -> None:
    places = [
        {"location_id": "a", "attributes": {"first": 5}},
        {"location_id": "b", "attributes": {"first": 1, "second": 9}},
        {"location_id": "c", "attributes": {"first": 1, "second": 2}},
        {"location_id": "d"},
    ]

    answer = decide({"tee": 1}, {name: {"tee": 1} for name in "abcd"}, "spree-reducer", places=places)

    assert answer.chosen == ["c"]
    assert [said["name"] for said in answer.told["objectives"]] == ["said_first", "said_second"]


def test_a_rule_that_nobody_registered_is_refused_by_its_name() -> None:
    with pytest.raises(AssertionError, match="by_the_moon"):
        decide({"tee": 1}, SHELVES, policy("in-sequence", objectives=["by_the_moon"]))


def test_the_rules_of_these_tests_are_known_while_they_run() -> None:
    assert RULES.keys() >= own_rules.RULES_OF_THE_TESTS.keys()
