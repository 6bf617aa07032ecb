"""``fulfillment decide``: what it answers, to the letter, and with which exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fulfillment.cli.main import main
from tests.support.deciding import NOON, Console, a_place, an_input
from tests.support.template import ROOT

EXAMPLE = ROOT / "events" / "decide" / "jakarta.json"
TWO = (a_place("senayan", 1.0, tee=2), a_place("kota", 9.0, tee=2))


def chosen(decided: dict[str, Any]) -> list[str]:
    return [shipment["location_id"] for shipment in decided["shipments"]]


def verdicts(decided: dict[str, Any]) -> dict[str, str]:
    return {candidate["location_id"]: candidate["reason"] for candidate in decided["candidates"]}


def test_the_output_has_the_fields_of_the_contract(console: Console) -> None:
    decided = console.decided(an_input(*TWO))

    assert console.code == 0
    assert decided == {
        "status": "planned",
        "shipments": [
            {
                "location_id": "senayan",
                "lines": [{"line_id": "1", "sku": "tee", "quantity": 2}],
                "distance_km": 1.0,
                "promise": {
                    "deliver_by": "2026-11-25T21:00:00+07:00",
                    "due_at": "2026-11-23T14:00:00+07:00",
                    "window": "2026-11-23T14",
                    "timezone": "Asia/Jakarta",
                },
                "cost": {
                    "total": "0",
                    "parts": {
                        "backlog": "0",
                        "handling": "0",
                        "refusal_risk": "0",
                        "scarcity": "0",
                        "transport": "0",
                    },
                },
            }
        ],
        "unfilled": [],
        "candidates": [
            {
                "location_id": "kota",
                "verdict": "eligible",
                "reason": "beaten",
                "detail": {"distance_m": 9000, "missing": 0, "units": 2},
                "distance_km": 9.0,
            },
            {
                "location_id": "senayan",
                "verdict": "eligible",
                "reason": "chosen",
                "detail": {"distance_m": 1000, "missing": 0, "units": 2},
                "distance_km": 1.0,
            },
        ],
        "runner_up": {
            "location_ids": ["kota"],
            "objectives": [
                {"name": "shipments", "value": 1},
                {"name": "distance", "value": 9.0, "unit": "km"},
            ],
        },
        "objectives": [
            {"name": "shipments", "value": 1},
            {"name": "distance", "value": 1.0, "unit": "km"},
        ],
        "proven": True,
        "policy": {"name": "default", "version": 0},
        "decided_at": "2026-11-23T05:00:00+00:00",
    }


def test_ids_stock_numbers_and_lines_are_enough(console: Console) -> None:
    decided = console.decided(
        {
            "request": {"lines": [{"sku": "tee", "quantity": 1}]},
            "locations": [{"location_id": "a"}],
            "stock": [{"location_id": "a", "sku": "tee", "on_hand": 1}],
        }
    )

    assert (console.code, chosen(decided)) == (0, ["a"])
    assert decided["shipments"][0]["distance_km"] is None
    assert decided["candidates"][0]["distance_km"] is None
    assert decided["decided_at"]


def test_the_default_policy_takes_fewest_shipments_then_kilometres_then_ids(console: Console) -> None:
    near_but_two = [a_place("a", 1.0, tee=1), a_place("b", 1.0, tee=1), a_place("far", 50.0, tee=2)]
    same = [a_place("z", 2.0, tee=2), a_place("y", 2.0, tee=2)]

    assert chosen(console.decided(an_input(*near_but_two))) == ["far"]
    assert chosen(console.decided(an_input(*same))) == ["y"]


def test_units_come_from_the_nearest_of_the_chosen_first(console: Console) -> None:
    decided = console.decided(
        an_input(a_place("near", 1.0, tee=2), a_place("far", 9.0, tee=2), lines=[("tee", 3)])
    )

    assert [(s["location_id"], s["lines"][0]["quantity"]) for s in decided["shipments"]] == [
        ("near", 2),
        ("far", 1),
    ]


def test_more_than_three_shipments_and_half_an_order_are_unfillable_by_default(console: Console) -> None:
    four = [a_place(name, tee=1) for name in "abcd"]

    decided = console.decided(an_input(*four, lines=[("tee", 4)]))

    assert (console.code, decided["status"], decided["shipments"]) == (3, "unfillable", [])
    assert decided["unfilled"] == [{"line_id": "1", "sku": "tee", "quantity": 4, "left": 4}]
    assert decided["objectives"] == []
    assert "could" not in decided


@pytest.mark.parametrize(
    ("location", "stock", "reason"),
    [
        ({"status": "closed"}, {}, "closed"),
        ({"status": "paused"}, {}, "paused"),
        ({"methods": ["pickup"]}, {}, "method_not_offered"),
        ({"capacity": {"delivery": {"limit": 3, "used": 3}}}, {}, "capacity_full"),
        ({"hours": {"weekly": {}}}, {}, "not_open_soon"),
        ({"service_area": {"radius_km": 0.5}}, {}, "outside_service_area"),
        ({"service_area": {"prefixes": ["12190"]}}, {}, "outside_service_area"),
        ({}, {"on_hand": 0}, "no_stock"),
        ({}, {"on_hand": -3}, "no_stock"),
        ({}, {"on_hand": 2, "reserved": 1, "blocked": 1}, "no_stock"),
    ],
)
def test_a_location_that_cannot_says_why(
    console: Console, location: dict[str, Any], stock: dict[str, int], reason: str
) -> None:
    asked = an_input(a_place("senayan", 1.0, location, tee=2))
    asked["stock"][0] |= stock

    decided = console.decided(asked)

    assert (console.code, verdicts(decided)) == (3, {"senayan": reason})
    assert decided["candidates"][0]["verdict"] == "excluded"


SQUARE = [[106.0, -7.0], [107.0, -7.0], [107.0, -6.0], [106.0, -6.0], [106.0, -7.0]]
AWAY = [[100.0, -7.0], [101.0, -7.0], [101.0, -6.0], [100.0, -6.0], [100.0, -7.0]]


@pytest.mark.parametrize(
    "location",
    [
        {"service_area": {"type": "Polygon", "coordinates": [SQUARE]}},
        {"service_area": {"polygon": {"type": "MultiPolygon", "coordinates": [[AWAY], [SQUARE]]}}},
        {
            "service_area": {
                "type": "Feature",
                "properties": {},
                "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
            }
        },
        {"service_area": {"radius_km": 2}},
        {"service_area": {"polygon": {"type": "Polygon", "coordinates": [AWAY]}, "prefixes": ["121"]}},
        {"capacity": {"delivery": {"limit": 3, "used": 2}, "pickup": {"limit": 0}}},
        {"capacity": {"delivery": {"used": 99}}},
        {"hours": {}},
        {"hours": None, "point": None, "service_area": None, "capacity": None},
        {"hours": {"exceptions": {"2026-11-23": [{"opens": "08:00", "closes": "24:00"}]}}},
    ],
)
def test_what_stands_in_no_orders_way(console: Console, location: dict[str, Any]) -> None:
    asked = an_input(a_place("senayan", 1.0, location, tee=2))
    asked["request"]["customer"]["postal_code"] = "12190"

    assert chosen(console.decided(asked)) == ["senayan"]


def test_a_pickup_without_a_store_is_planned_at_the_best_one(console: Console) -> None:
    decided = console.decided(an_input(*TWO, method="pickup"))

    assert chosen(decided) == ["senayan"]
    assert decided["shipments"][0]["promise"]["ready_by"] == "2026-11-23T14:00:00+07:00"


def test_a_chosen_store_supplies_everything_or_those_that_could_are_named(console: Console) -> None:
    # Given a store that has one of two, and six that have both
    others = [a_place(f"s{n}", n * 1.0, tee=2) for n in range(2, 8)]
    shut = a_place("shut", 1.5, {"status": "paused"}, tee=2)
    asked = an_input(a_place("senayan", 1.0, tee=1), shut, *others, method="pickup", location_id="senayan")

    # When it is asked for
    decided = console.decided(asked)

    # Then the nearest five others are named, with the reasons of all
    assert (console.code, decided["status"]) == (3, "unfillable")
    assert [s["location_id"] for s in decided["could"]] == ["s2", "s3", "s4", "s5", "s6"]
    assert decided["could"][0] == {"location_id": "s2", "distance_km": 2.0}
    assert verdicts(decided)["s2"] == "not_chosen"


def test_a_chosen_store_that_has_everything_supplies_it_though_another_is_nearer(console: Console) -> None:
    decided = console.decided(an_input(*TWO, method="pickup", location_id="kota"))

    assert (console.code, chosen(decided)) == (0, ["kota"])
    assert "could" not in decided


def test_a_customer_may_take_part(console: Console) -> None:
    store = a_place("senayan", tee=1)

    decided = console.decided(an_input(store, method="pickup", location_id="senayan", accept_partial=True))

    assert (console.code, decided["status"]) == (0, "partial")
    assert decided["unfilled"] == [{"line_id": "1", "sku": "tee", "quantity": 1, "left": 1}]


def test_what_is_sent_later_is_named(console: Console) -> None:
    asked = an_input(a_place("senayan", tee=0), policy={"fallback": ["backorder"]})
    asked["stock"][0]["backorderable"] = True

    decided = console.decided(asked)

    assert (console.code, decided["status"]) == (0, "backordered")
    assert decided["unfilled"][0]["backordered_at"] == "senayan"


def test_money_is_told_in_decimal_strings_and_by_part(console: Console) -> None:
    rates = {"currency": "GBP", "per_shipment": "2.50", "per_unit": "0.25", "reroute": 100}
    places = a_place("senayan", 1.0, {"refusal_rate": 0.05}, tee=2)

    decided = console.decided(an_input(places, policy={"costs": rates, "objectives": ["cost", "distance"]}))

    assert decided["shipments"][0]["cost"] == {
        "total": "8",
        "parts": {"backlog": "0", "handling": "3", "refusal_risk": "5", "scarcity": "0", "transport": "0"},
    }
    assert decided["objectives"][0] == {"name": "cost", "value": "8", "unit": "GBP"}


def test_a_unit_has_its_weight_and_tags_from_product_or_line(console: Console) -> None:
    # Given a policy that keeps fragile things together, of which no place has both
    places = [a_place("a", 1.0, tee=1, cap=0), a_place("b", 2.0, tee=0, cap=1)]
    by = {"split": {"keep_together": ["fragile"]}}
    lines = [("tee", 1), ("cap", 1)]

    # When the one is said to be so by its product and the other by its line
    apart = an_input(
        *places, lines=lines, policy=by, products=[{"sku": "tee", "tags": ["fragile"], "price": None}]
    )
    together = json.loads(json.dumps(apart))
    together["request"]["lines"][1]["tags"] = ["fragile"]

    # Then only that stands in the way
    assert console.decided(apart)["status"] == "planned"
    assert console.decided(together)["status"] == "unfillable"


def test_explaining_says_what_would_have_been_enough(console: Console) -> None:
    places = (
        a_place("senayan", 1.0, tee=2),
        a_place("kota", 0.5, tee=2),
        a_place("shut", 2.0, {"status": "closed"}),
    )
    asked = an_input(*places, policy={"floors": [{"units": 1}]}, lines=[("tee", 1)])
    asked["stock"][1]["on_hand"] = 1

    decided = console.decided(asked, "--explain", "kota", "shut", "--explain", "senayan")

    assert decided["changes"] == [
        {
            "location_id": "kota",
            "changes": [{"kind": "units", "units": {"tee": 1}}, {"kind": "floor", "floor": 0}],
        },
        {"location_id": "senayan", "changes": []},
        {"location_id": "shut", "changes": []},
    ]


@pytest.mark.parametrize(("km", "change"), [(9.0, {"nearer_km": 8.0}), (None, {})])
def test_explaining_says_how_much_nearer(
    console: Console, km: float | None, change: dict[str, float]
) -> None:
    decided = console.decided(an_input(a_place("z", 1.0, tee=2), a_place("a", km, tee=2)), "--explain", "a")

    assert decided["changes"][0]["changes"] == [{"kind": "km", **change, "distance_km": 1.0}]


def test_the_policy_of_the_input_may_be_a_document_or_a_shipped_name(console: Console) -> None:
    inline = console.decided(an_input(*TWO, policy={"floors": [{"units": 1}]}))
    named = console.decided(an_input(*TWO, policy={"name": "mine", "version": 7}))
    shipped = console.decided(an_input(*TWO, policy="nearest"))
    spoken = console.decided(an_input(*TWO, policy="Lowest cost to serve"))

    assert inline["policy"] == {"name": "inline", "version": 0}
    assert named["policy"]["name"] == "mine"
    assert shipped["policy"]["name"] == "nearest"
    assert spoken["policy"]["name"] == "lowest-cost"
    assert console.decided(an_input(*TWO, policy="default")) == console.decided(an_input(*TWO))


def test_a_policy_on_the_command_line_goes_before_the_inputs(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text("split:\n  max_shipments: 2\n")
    three = an_input(*[a_place(name, tee=1) for name in "abc"], lines=[("tee", 3)], policy={"rubbish": 1})

    assert console.decided(three, "--policy", str(file))["policy"]["name"] == "two"
    assert console.code == 3
    assert console.decided(three, "--policy", "nearest")["status"] == "planned"


def test_a_file_is_read_as_standard_input_is(console: Console, tmp_path: Path) -> None:
    asked = json.dumps(an_input(*TWO))
    file = tmp_path / "input.json"
    file.write_text("\ufeff" + asked, encoding="utf-8")

    from_file = console._capsys
    assert main(["decide", str(file)]) == 0
    assert from_file.readouterr().out == console.told(asked)


def test_without_now_it_is_now(console: Console) -> None:
    asked = an_input(*TWO)
    del asked["now"]

    assert console.decided(asked)["decided_at"] > "2025"
    assert console.decided(an_input(*TWO, now=NOON.replace(":00+", ":00.5+")))["decided_at"] == (
        "2026-11-23T05:00:00.500000+00:00"
    )


def test_the_example_is_planned(console: Console) -> None:
    decided = console.decided(EXAMPLE.read_text())

    assert chosen(decided) == ["senayan"]
    assert console.told(EXAMPLE.read_text(), "--format", "text").startswith(
        "Senayan, not Blok M: Blok M has 2 of 3 after its floor of 1.\n\nSenayan sends 2 x TEE-RED-M"
    )


def test_no_aws_and_no_geometry_are_loaded_where_none_is_needed() -> None:
    code = (
        "import json, os, sys; os.environ.clear()\n"
        "from fulfillment.cli.main import main\n"
        "main(['decide', '-'])\n"
        "print({'boto3', 'botocore', 'shapely', 'numpy', 'yaml'} & set(sys.modules), file=sys.stderr)"
    )

    told = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(an_input(*TWO)),
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stderr.strip() == "set()"
    assert json.loads(told.stdout)["status"] == "planned"


def test_the_exit_codes_are_said_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["decide", "--help"])

    told = " ".join(capsys.readouterr().out.split())
    assert "0 planned, and also partial or backordered" in told
    assert "3 unfillable" in told
