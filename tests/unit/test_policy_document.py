"""The document of a policy: what it leaves out has a default, and what cannot work is refused with its field named."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from fulfillment.adapters.dynamodb.documents import from_document, to_document
from fulfillment.api.policy_document import PolicyDoc
from fulfillment.application import setting_views
from fulfillment.domain.carrier import Calendar, Carrier
from fulfillment.domain.errors import InvalidRequest
from fulfillment.domain.policy import (
    AppliesTo,
    CostRates,
    Fallback,
    FloorRule,
    LocationFilter,
    Policy,
    Scarce,
    SplitRules,
    TransitDays,
    TransportRate,
    WeightBand,
)
from fulfillment.domain.routing.costs import PARTS
from fulfillment.domain.routing.rules import known_rules
from fulfillment.domain.service_rules import ServiceRules

FULL = Policy(
    name="default",
    applies_to=AppliesTo(
        channels=("web", "tokopedia"),
        methods=("delivery",),
        countries=("ID",),
        value_from=Decimal(100000),
        value_below=Decimal("500000.50"),
        starts_at=datetime(2026, 12, 1, tzinfo=UTC),
        ends_at=datetime(2027, 1, 1, tzinfo=UTC),
        priority=5,
    ),
    locations=LocationFilter(("java",), ("outlet",), ("store", "warehouse"), 120.5),
    groups={"flagships": ("senayan", "grogol")},
    ranking=("flagships", "java"),
    floors=(
        FloorRule(1, kinds=("store",)),
        FloorRule(2, groups=("flagships",), skus=("TEE",), tags=("sale",), methods=("pickup",)),
        FloorRule(3, hours_before_closing=1.5),
    ),
    split=SplitRules(2, "whole", ("set",), Decimal(50000), 12),
    choose="in_order",
    objectives=("group_rank", "cost", "slow_movers"),
    take_from=("rank", "distance"),
    costs=CostRates(
        currency="EUR",
        transport=(
            TransportRate(
                (WeightBand(Decimal("9.90"), 1000), WeightBand(Decimal(15))), "same", 25.0, Decimal("0.05")
            ),
            TransportRate((WeightBand(Decimal(30)),)),
        ),
        per_shipment=Decimal("1.25"),
        per_unit=Decimal("0.30"),
        reroute=Decimal(7),
        backlog_per_order=Decimal("0.1"),
        weights={"transport": Decimal("0.5"), "scarcity": Decimal(0)},
    ),
    rings_km=(10.0, 50.0),
    fallback=(
        Fallback("more_shipments", 4),
        Fallback("part"),
        Fallback("more_shipments", 5),
        Fallback("backorder"),
    ),
    pickup_radius_km=12.5,
    pickup_options=5,
    slot_minutes=30,
    capacity_windows=3,
    transit_days=TransitDays(1, 4),
    carriers=(
        Carrier(
            "JNE",
            {1: time(15), 6: time(12, 30)},
            {"same": 2, "other": 4},
            (1, 2, 3, 4, 5, 6),
            ("national",),
            ("java",),
            time(20, 30),
        ),
    ),
    calendars=(Calendar("national", (date(2027, 1, 1),), ("java",)),),
    payment_windows_minutes={"qris": 5},
    extend_up_to_minutes=45,
    scarce=Scarce(3, 5),
    max_unpaid_units=None,
    service=ServiceRules(5, 60, 7, 48, 50, 72),
)


def put(body: dict[str, Any]) -> Policy:
    return PolicyDoc.model_validate_json(json.dumps(body)).to_domain("default")


def faults(**body: Any) -> dict[str, str]:
    """What is said of each field."""
    with pytest.raises(ValidationError) as refused:
        PolicyDoc.model_validate_json(json.dumps(body))
    return {".".join(map(str, e["loc"])): e["msg"] for e in refused.value.errors()}


@pytest.mark.parametrize("policy", [FULL, Policy()])
def test_a_policy_that_is_shown_can_be_put_back_as_it_is(policy: Policy) -> None:
    shown = json.loads(json.dumps(setting_views.policy(policy)))

    assert put(shown) == policy
    assert setting_views.policy(put(shown)) == shown


@pytest.mark.parametrize("policy", [FULL, Policy()])
def test_a_policy_comes_back_from_its_row_as_it_was_put(policy: Policy) -> None:
    assert from_document(Policy, to_document(policy)) == policy


def test_a_policy_that_says_nothing_is_the_default() -> None:
    assert put({}) == Policy()


def shape(kind: Any) -> set[str]:
    """The names of the fields of a dataclass or a model."""
    return {f.name for f in fields(kind)} if is_dataclass(kind) else set(kind.model_fields)


def parts(kind: Any) -> list[type[BaseModel]]:
    """The models within a type."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind, *(p for field in kind.model_fields.values() for p in parts(field.annotation))]
    return [part for argument in get_args(kind) for part in parts(argument)]


def test_every_part_of_a_document_has_the_fields_of_what_it_becomes() -> None:
    values = (
        *(Policy, AppliesTo, LocationFilter, FloorRule, SplitRules, WeightBand, TransportRate, CostRates),
        *(TransitDays, Carrier, Calendar, Scarce, ServiceRules),
    )

    models = {model.__name__: shape(model) for model in parts(PolicyDoc)}
    told = {"PolicyDoc": shape(Policy) | {"warnings"}}  # they may come along, and are not kept
    assert models == {f"{value.__name__}Doc": shape(value) for value in values} | told


def test_short_forms_mean_what_they_stand_for() -> None:
    # When
    policy = put(
        {
            "fallback": ["part", {"more_shipments": 5}, {"rung": "backorder"}],
            "carriers": [{"name": "JNE", "cutoff": "15:00", "transit_days": {"same": 1}}],
            "costs": {
                "per_unit": 1500,
                "per_shipment": "1500.5",
                "weights": {"backlog": 0.5, "handling": "2"},
            },
        }
    )

    # Then
    assert policy.fallback == (Fallback("part"), Fallback("more_shipments", 5), Fallback("backorder"))
    assert policy.carriers[0].cutoff == dict.fromkeys(range(1, 8), time(15))
    assert (policy.costs.per_unit, policy.costs.per_shipment) == (Decimal(1500), Decimal("1500.5"))
    assert policy.costs.weights == {"backlog": Decimal("0.5"), "handling": Decimal(2)}


def test_a_rung_may_be_written_out() -> None:
    assert put({"fallback": [{"rung": "more_shipments", "max_shipments": 4}]}).fallback == (
        Fallback("more_shipments", 4),
    )


@pytest.mark.parametrize("rule", known_rules())
def test_every_rule_may_be_named(rule: str) -> None:
    policy = put({"objectives": [rule], "take_from": [rule], "ranking": ["java"]})

    assert (policy.objectives, policy.take_from) == ((rule,), (rule,))


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_the_cost_has_a_weight(part: str) -> None:
    assert put({"costs": {"weights": {part: 0}}}).costs.weights == {part: Decimal(0)}


def test_a_document_of_another_policy_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        put({"name": "sale"})

    assert (refusal.value.code, refusal.value.errors[0].field) == ("other_policy", "name")


@pytest.mark.parametrize("name", ["", "a b", "a#b", "-a", "a" * 65, "a\n", "é"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        PolicyDoc().to_domain(name)

    assert (refusal.value.code, refusal.value.errors[0].field) == ("invalid_name", "name")


@pytest.mark.parametrize("minutes", [1, 5, 10, 12, 15, 20, 30, 60])
def test_slots_are_equal_parts_of_an_hour(minutes: int) -> None:
    assert put({"slot_minutes": minutes}).slot_minutes == minutes


@pytest.mark.parametrize("minutes", [0, 7, 25, 45, 59, 61, 120, 240])
def test_slots_that_do_not_divide_an_hour_are_refused(minutes: int) -> None:
    assert list(faults(slot_minutes=minutes)) == ["slot_minutes"]


BAND = {"amount": 5}
RATE = {"bands": [BAND]}
JNE = {"name": "JNE", "cutoff": "15:00", "transit_days": {"same": 1}}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"max_shipments": 2}, "max_shipments"),
        ({"applies_to": {"channels": ["Web"]}}, "applies_to.channels.0"),
        ({"applies_to": {"channels": ["web", "web"]}}, "applies_to.channels.1"),
        ({"applies_to": {"methods": ["drone"]}}, "applies_to.methods.0"),
        ({"applies_to": {"countries": ["Indonesia"]}}, "applies_to.countries.0"),
        ({"applies_to": {"value_from": 0.1}}, "applies_to.value_from"),
        ({"applies_to": {"value_from": 5, "value_below": "5"}}, "applies_to.value_below"),
        ({"applies_to": {"starts_at": "2027-01-01T00:00:00"}}, "applies_to.starts_at"),
        ({"applies_to": {"starts_at": 1800000000}}, "applies_to.starts_at"),
        (
            {"applies_to": {"starts_at": "2027-01-01T00:00:00Z", "ends_at": "2027-01-01T07:00:00+07:00"}},
            "applies_to.ends_at",
        ),
        ({"applies_to": {"priority": -1}}, "applies_to.priority"),
        ({"locations": {"kinds": ["kiosk"]}}, "locations.kinds.0"),
        ({"locations": {"include_groups": [" java"]}}, "locations.include_groups.0"),
        ({"locations": {"max_distance_km": 0}}, "locations.max_distance_km"),
        ({"groups": {"": ["senayan"]}}, "groups..[key]"),
        ({"groups": {"java": ["a b"]}}, "groups.java.0"),
        ({"groups": {"java": ["senayan", "senayan"]}}, "groups.java.1"),
        ({"ranking": ["java", "bali", "java"]}, "ranking.2"),
        ({"floors": {"store": 1}}, "floors"),
        ({"floors": [{"units": -1}]}, "floors.0.units"),
        ({"floors": [{"units": 1}, {}]}, "floors.1.units"),
        ({"floors": [{"units": 1, "kinds": ["kiosk"]}]}, "floors.0.kinds.0"),
        ({"floors": [{"units": 1, "hours_before_closing": 0}]}, "floors.0.hours_before_closing"),
        ({"split": {"max_shipments": 0}}, "split.max_shipments"),
        ({"split": {"max_shipments": 6}}, "split.max_shipments"),
        ({"split": {"lines": "halves"}}, "split.lines"),
        ({"split": {"max_parcel_units": 0}}, "split.max_parcel_units"),
        ({"split": {"min_parcel_value": "-1"}}, "split.min_parcel_value"),
        ({"choose": "worst"}, "choose"),
        ({"objectives": []}, "objectives"),
        ({"objectives": ["money"]}, "objectives.0"),
        ({"objectives": ["cost", "distance", "cost"]}, "objectives.2"),
        ({"objectives": ["group_rank"]}, "ranking"),
        ({"take_from": ["nearest"]}, "take_from.0"),
        ({"costs": {"currency": "rupiah"}}, "costs.currency"),
        ({"costs": {"per_unit": 1.5}}, "costs.per_unit"),
        ({"costs": {"per_unit": "1e3"}}, "costs.per_unit"),
        ({"costs": {"per_unit": True}}, "costs.per_unit"),
        ({"costs": {"per_unit": 10**12}}, "costs.per_unit"),
        ({"costs": {"weights": {"profit": 1}}}, "costs.weights.profit.[key]"),
        ({"costs": {"weights": {"backlog": -1}}}, "costs.weights.backlog"),
        ({"costs": {"weights": {"backlog": 1001}}}, "costs.weights.backlog"),
        ({"costs": {"transport": [{"bands": []}]}}, "costs.transport.0.bands"),
        ({"costs": {"transport": [RATE | {"zone": "same"}]}}, "costs.transport.0.zone"),
        ({"costs": {"transport": [RATE | {"up_to_km": 5}]}}, "costs.transport.0.up_to_km"),
        ({"costs": {"transport": [RATE, RATE]}}, "costs.transport.1"),
        (
            {"costs": {"transport": [RATE | {"up_to_km": 9}, RATE | {"zone": "same", "up_to_km": 9}, RATE]}},
            "costs.transport.1",
        ),
        (
            {"costs": {"transport": [{"bands": [BAND | {"up_to_grams": 10}]}]}},
            "costs.transport.0.bands.0.up_to_grams",
        ),
        ({"costs": {"transport": [{"bands": [BAND, BAND]}]}}, "costs.transport.0.bands.0.up_to_grams"),
        (
            {
                "costs": {
                    "transport": [{"bands": [BAND | {"up_to_grams": 9}, BAND | {"up_to_grams": 9}, BAND]}]
                }
            },
            "costs.transport.0.bands.1.up_to_grams",
        ),
        ({"rings_km": [10, 10]}, "rings_km.1"),
        ({"rings_km": [0]}, "rings_km.0"),
        ({"fallback": ["give_up"]}, "fallback.0"),
        ({"fallback": [{"more_shipments": 6}]}, "fallback.0"),
        ({"fallback": [{"more_shipments": True}]}, "fallback.0"),
        ({"fallback": [{"more_shipments": 5, "part": True}]}, "fallback.0"),
        ({"fallback": [{"rung": "part", "max_shipments": 4}]}, "fallback.0"),
        ({"fallback": ["more_shipments"]}, "fallback.0"),
        ({"fallback": [{"more_shipments": 3}]}, "fallback.0"),
        ({"fallback": [{"more_shipments": 5}, {"more_shipments": 4}]}, "fallback.1"),
        ({"fallback": ["part", "backorder", "part"]}, "fallback.2"),
        ({"pickup_radius_km": 0}, "pickup_radius_km"),
        ({"pickup_options": 65}, "pickup_options"),
        ({"capacity_windows": 0}, "capacity_windows"),
        ({"transit_days": {"same_zone": 61}}, "transit_days.same_zone"),
        ({"carriers": [JNE | {"cutoff": "25:00"}]}, "carriers.0.cutoff"),
        ({"carriers": [JNE | {"cutoff": {}}]}, "carriers.0.cutoff"),
        ({"carriers": [JNE | {"cutoff": {"8": "15:00"}}]}, "carriers.0.cutoff.8.[key]"),
        ({"carriers": [JNE | {"cutoff": {"1": "15.00"}}]}, "carriers.0.cutoff.1"),
        ({"carriers": [JNE | {"transit_days": {}}]}, "carriers.0.transit_days"),
        ({"carriers": [JNE | {"transit_days": {"moon": 3}}]}, "carriers.0.transit_days.moon.[key]"),
        ({"carriers": [JNE | {"delivers_on": [7, 7]}]}, "carriers.0.delivers_on.1"),
        ({"carriers": [JNE | {"calendars": ["national"]}]}, "carriers.0.calendars.0"),
        ({"carriers": [JNE, JNE]}, "carriers.1.name"),
        ({"calendars": [{"name": "a"}, {"name": "a"}]}, "calendars.1.name"),
        ({"calendars": [{"name": "a", "days_off": ["2027-02-30"]}]}, "calendars.0.days_off.0"),
        ({"payment_windows_minutes": {}}, "payment_windows_minutes"),
        ({"payment_windows_minutes": {"qris": 1441}}, "payment_windows_minutes.qris"),
        ({"payment_windows_minutes": {"qris": 0}}, "payment_windows_minutes.qris"),
    ],
)
def test_what_a_policy_cannot_say_is_named(more: dict[str, Any], field: str) -> None:
    assert list(faults(**more)) == [field]


def test_all_that_is_wrong_is_said_at_once() -> None:
    told = faults(
        floors=[{"units": -1}, {"unit": 1}],
        objectives=["fast", "cost", "cost"],
        costs={"transport": [{"bands": [BAND | {"up_to_grams": 5}]}], "per_unit": 0.5},
    )

    assert sorted(told) == [
        "costs.per_unit",
        "costs.transport.0.bands.0.up_to_grams",
        "floors.0.units",
        "floors.1.unit",
        "floors.1.units",
        "objectives.0",
        "objectives.2",
    ]


def test_money_with_a_binary_fraction_is_told_what_to_write() -> None:
    (told,) = faults(costs={"per_unit": 12500.5}).values()

    assert (
        told == 'must be an amount of at least 0: a whole number, or a decimal in quotes such as "12500.50"'
    )


def test_an_unknown_rule_is_told_which_there_are() -> None:
    (told,) = faults(objectives=["{fastest}"]).values()

    assert told == f"there is no rule '{{fastest}}' among {', '.join(known_rules())}"
