"""The policies that imitate peers: as files and as documents they are the same, and each says what its peer does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fulfillment.api.policy_document import PolicyDoc
from fulfillment.cli.main import main
from fulfillment.cli.policy_files import read_policy
from tests.conformance.asking import (
    CUSTOMER,
    NOW,
    POLICIES,
    decide,
    locations,
    place_at,
    policy,
    rows,
    wanted,
)

HERE = Path(__file__).parent
FILES = sorted(POLICIES.iterdir())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_file_is_the_policy_that_the_cases_inline(file: Path) -> None:
    inlined = PolicyDoc.model_validate_json(json.dumps(policy(file.stem)))

    assert read_policy(file) == inlined.to_domain(file.stem)


def test_every_imitation_is_asked_something() -> None:
    told = "".join(module.read_text("utf-8") for module in HERE.glob("*.py"))

    assert [file.stem for file in FILES if f'"{file.stem}"' not in told] == []


@pytest.mark.parametrize("name", ["solidus-on-hand-first", "saleor-highest-stock", "hotwax-slow-movers"])
def test_the_command_decides_by_the_file_as_by_the_document(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shelves = {"A": {"tee": 1}, "B": {"tee": 3}, "C": {"tee": 2}}
    asked = {"now": NOW, "request": {"method": "delivery", "lines": wanted({"tee": 4})}}
    there = {"locations": locations(shelves), "stock": rows(shelves)}
    given = tmp_path / "input.json"
    given.write_text(json.dumps({**asked, **there}), "utf-8")

    code = main(["decide", str(given), "--policy", str(POLICIES / f"{name}.yaml")])

    assert code == 0
    assert json.loads(capsys.readouterr().out) == decide({"tee": 4}, shelves, name).told


# --- Magento, source selection by distance: no case of the file asks it

SOURCES = {"near": {"tee": 3}, "far": {"tee": 3}, "nowhere": {"tee": 9}}
WHERE = [
    {"location_id": "near", "groups": ["assigned"], **place_at(20)},
    {"location_id": "far", "groups": ["assigned"], **place_at(100)},
    {"location_id": "nowhere", "groups": ["assigned"], **place_at(None)},
]


@pytest.mark.parametrize(
    ("wanted_tees", "taken", "all_of_it"),
    [
        (2, {"near": 2}, True),
        (5, {"near": 3, "far": 2}, True),
        (10, {"near": 3, "far": 3, "nowhere": 4}, True),
        (20, {"near": 3, "far": 3, "nowhere": 9}, False),
    ],
)
def test_magento_by_distance_empties_the_nearest_source_first(
    wanted_tees: int, taken: dict[str, int], all_of_it: bool
) -> None:
    order = {"tee": wanted_tees}

    answer = decide(order, SOURCES, "magento-distance", places=WHERE, customer=CUSTOMER)

    assert answer.units() == taken
    assert answer.planned is all_of_it


# --- Shopify, ordered rules: only ties pass on

MARKETS = {"paris": {"a": 5, "b": 5}, "boston": {"a": 5}, "austin": {"b": 5}}
LANDS = [
    {"location_id": "paris", "rank": 1, "zone": "fr"},
    {"location_id": "boston", "rank": 2, "zone": "us"},
    {"location_id": "austin", "rank": 3, "zone": "us"},
]


@pytest.mark.parametrize(
    ("order", "chosen"),
    [
        ({"a": 1}, ["boston"]),  # one parcel either way: the destination market before the rank
        ({"a": 1, "b": 1}, ["paris"]),  # one parcel from another market before two from this one
        ({"b": 1}, ["austin"]),
    ],
)
def test_shopify_asks_the_next_rule_only_about_ties(order: dict[str, int], chosen: list[str]) -> None:
    answer = decide(order, MARKETS, "shopify-ordered-rules", places=LANDS, customer={"zone": "us"})

    assert answer.chosen == chosen


# --- Salesforce: singles before pairs, pairs before triples; of as many the least distance

REACH = {"n": {"a": 1}, "m": {"b": 1}, "both-near": {"a": 1, "b": 1}, "both-far": {"a": 1, "b": 1}}


@pytest.mark.parametrize(
    ("kilometres", "chosen"),
    [
        (
            {"n": 1, "m": 1, "both-near": 500, "both-far": 600},
            ["both-near"],
        ),  # one far parcel before two near
        ({"n": 1, "m": 9}, ["n", "m"]),
        ({"n": 30, "m": 1, "both-far": 9}, ["both-far"]),
    ],
)
def test_salesforce_takes_the_fewest_and_of_those_the_nearest(
    kilometres: dict[str, float], chosen: list[str]
) -> None:
    places = [{"location_id": name, **place_at(km)} for name, km in kilometres.items()]
    shelves = {name: REACH[name] for name in kilometres}

    answer = decide({"a": 1, "b": 1}, shelves, "salesforce-fewest-splits", places=places, customer=CUSTOMER)

    assert answer.chosen == chosen
