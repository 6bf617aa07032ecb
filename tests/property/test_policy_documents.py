"""What is put is what is shown: a policy's document, the policy, its row and its document again are the same."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.adapters.dynamodb.documents import from_document, to_document
from fulfillment.api.policy_document import PolicyDoc
from fulfillment.application import setting_views
from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.costs import PARTS
from fulfillment.domain.routing.rules import known_rules

EXAMPLES = 80

NAMES = st.sampled_from(
    ["java", "bali", "a b", "Kota Tua", "NO", "15:00", "null", "1", "~", "é", "\U0001f54a"]
)
AMOUNTS = (
    st.integers(0, 10**12 - 1)
    | st.integers(0, 10**12 - 1).map(str)
    | st.sampled_from(["0.00", "007.5", "12500.50"])
)
WEIGHTS = st.integers(0, 1000) | st.sampled_from(["0.25", "1.000", "0.000000001", 0.5, 1e-7, 2.25])
KILOMETRES = st.floats(0.001, 20_000) | st.integers(1, 20_000)
CLOCKS = st.times().map(lambda at: at.strftime("%H:%M"))
METHODS = st.sampled_from(["pickup", "delivery"])
KINDS = st.sampled_from(["store", "warehouse"])
MOMENTS = st.sampled_from(["2026-12-01T00:00:00+07:00", "2026-12-31T23:59:59.5Z"])
LATER = st.sampled_from(["2027-01-02T00:00:00+09:00", "2027-06-01T00:00:00Z"])


def lists(of: st.SearchStrategy[Any], least: int = 0, most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(of, min_size=least, max_size=most, unique=True)


def maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def rates(draw: st.DrawFn) -> list[dict[str, Any]]:
    limits = sorted(draw(lists(st.integers(1, 30_000))))
    bands = [{"amount": draw(AMOUNTS), "up_to_grams": limit} for limit in limits] + [
        {"amount": draw(AMOUNTS)}
    ]
    far = sorted(draw(lists(st.integers(1, 20_000))))
    near = [{"bands": bands, "zone": "same", "up_to_km": limit, "per_km": draw(AMOUNTS)} for limit in far]
    return [*near, {"bands": bands}]


@st.composite
def ladders(draw: st.DrawFn) -> list[Any]:
    rungs: list[Any] = draw(st.permutations(["part", "backorder"]))
    more = [{"more_shipments": most} for most in sorted(draw(lists(st.integers(4, 5))))]
    return [*more, *rungs[: draw(st.integers(0, 2))]]


@st.composite
def carriers(draw: st.DrawFn) -> dict[str, Any]:
    """Carriers, and the calendars that they name."""
    days_off = st.dates().map(lambda day: day.isoformat())
    calendars = draw(
        st.lists(
            st.fixed_dictionaries(
                {"name": NAMES}, optional={"days_off": lists(days_off), "groups": lists(NAMES)}
            ),
            max_size=3,
            unique_by=lambda calendar: calendar["name"],
        )
    )
    known = [calendar["name"] for calendar in calendars]
    cutoffs = CLOCKS | st.dictionaries(st.sampled_from("1234567"), CLOCKS, min_size=1)
    days = st.dictionaries(st.sampled_from(["same", "other"]), st.integers(0, 60), min_size=1)
    one = st.fixed_dictionaries(
        {"name": NAMES, "cutoff": cutoffs, "transit_days": days},
        optional={
            "delivers_on": lists(st.integers(1, 7), 1, 7),
            "calendars": lists(st.sampled_from(known)) if known else st.just([]),
            "groups": lists(NAMES),
            "delivered_by": CLOCKS,
        },
    )
    them = draw(st.lists(one, max_size=2, unique_by=lambda carrier: carrier["name"]))
    return {"carriers": them, "calendars": calendars}


FLOORS = st.fixed_dictionaries(
    {"units": st.integers(0, 100_000)},
    optional={
        "kinds": lists(KINDS),
        "groups": lists(NAMES),
        "skus": lists(st.sampled_from(["TEE-RED-M", "1"])),
        "tags": lists(NAMES),
        "methods": lists(METHODS),
        "hours_before_closing": st.floats(0.25, 24),
    },
)
REST = maybe(
    applies_to=st.none()
    | maybe(
        channels=lists(st.sampled_from(["web", "tokopedia"])),
        methods=lists(METHODS),
        countries=lists(st.sampled_from(["ID", "NO"])),
        value_from=AMOUNTS,
        starts_at=MOMENTS,
        ends_at=LATER,
        priority=st.integers(0, 1000),
    ),
    locations=maybe(
        include_groups=lists(NAMES),
        exclude_groups=lists(NAMES),
        kinds=lists(KINDS),
        max_distance_km=KILOMETRES,
    ),
    groups=st.dictionaries(NAMES, lists(st.sampled_from(["senayan", "kota"])), max_size=3),
    floors=st.lists(FLOORS, max_size=3),
    split=maybe(
        lines=st.sampled_from(["splittable", "whole"]),
        keep_together=lists(NAMES),
        min_parcel_value=AMOUNTS,
        max_parcel_units=st.integers(1, 100),
    ),
    choose=st.sampled_from(["best", "in_order"]),
    take_from=lists(st.sampled_from(sorted({*known_rules()} - {"group_rank"})), 1),
    rings_km=lists(KILOMETRES).map(sorted),
    fallback=ladders(),
    pickup_radius_km=KILOMETRES,
    slot_minutes=st.sampled_from([1, 15, 60]),
    transit_days=maybe(same_zone=st.integers(0, 60), other_zone=st.integers(0, 60)),
    payment_windows_minutes=st.dictionaries(NAMES, st.integers(1, 1440), min_size=1, max_size=3),
)
COSTS = maybe(
    currency=st.sampled_from(["IDR", "EUR"]),
    transport=rates(),
    per_shipment=AMOUNTS,
    per_unit=AMOUNTS,
    reroute=AMOUNTS,
    backlog_per_order=AMOUNTS,
    weights=st.dictionaries(st.sampled_from(PARTS), WEIGHTS),
)
RULES = st.fixed_dictionaries(
    {"objectives": lists(st.sampled_from(known_rules()), 1), "ranking": lists(NAMES, 1)}
)
DOCUMENTS = REST | carriers() | COSTS.map(lambda costs: {"costs": costs}) | RULES


@settings(max_examples=EXAMPLES)
@given(DOCUMENTS)
def test_a_document_a_policy_its_row_and_its_document_again_are_the_same(body: dict[str, Any]) -> None:
    # Given a document, and the policy that it is
    document = PolicyDoc.model_validate_json(json.dumps(body))
    policy = document.to_domain("default")

    # When it is shown
    shown = setting_views.policy(policy)

    # Then that is the document, and its policy the policy
    again = PolicyDoc.model_validate_json(json.dumps(shown))
    assert again == document.model_copy(update={"name": "default", "version": 0})
    assert again.to_domain("default") == policy

    # And so is its row
    assert from_document(Policy, to_document(policy)) == policy
