"""What is true of every INPUT of ``fulfillment decide``: the order in which it lists things changes nothing."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.adapters.clock import SystemClock
from fulfillment.cli.decide import answer
from fulfillment.cli.decide_read import read
from fulfillment.cli.decision_map import page
from fulfillment.cli.decision_text import story
from fulfillment.domain.policy import Policy
from tests.support.deciding import a_place, an_input

SKUS = ("tee", "cap")
AREAS = (None, None, None, {"radius_km": 5}, {"prefixes": ["121"]})


@st.composite
def inputs(draw: st.DrawFn) -> dict[str, Any]:
    """An INPUT of up to five locations, whose lines name themselves."""
    places = []
    for name in "abcde"[: draw(st.integers(0, 5))]:
        at = {
            "status": draw(st.sampled_from(["open", "open", "open", "paused"])),
            "service_area": draw(st.sampled_from(AREAS)),
            "kind": draw(st.sampled_from(["store", "warehouse"])),
            "capacity": {"delivery": {"limit": 3, "used": draw(st.integers(0, 3))}},
            "zone": draw(st.sampled_from([None, "java", "bali"])),
            "rank": draw(st.integers(1, 3)),
        }
        units = {sku: draw(st.integers(-1, 3)) for sku in SKUS if draw(st.booleans())}
        places.append(a_place(name, draw(st.sampled_from([None, 1.0, 1.0, 2.5, 8.0])), at, **units))
    lines = [
        {
            "line_id": str(n + 1),
            "sku": draw(st.sampled_from(SKUS)),
            "quantity": draw(st.integers(1, 3)),
            "unit_price": draw(st.sampled_from([None, {"amount": "5", "currency": "IDR"}])),
        }
        for n in range(draw(st.integers(1, 4)))
    ]
    policy = draw(
        st.sampled_from(
            [
                None,
                {"floors": [{"units": 1, "kinds": ["store"]}], "fallback": ["part"]},
                {"objectives": ["rank", "shipments", "distance"], "split": {"lines": "whole"}},
                {"objectives": ["cost"], "costs": {"per_shipment": 9, "per_unit": 1}},
                {"choose": "in_order", "objectives": ["distance"]},
            ]
        )
    )
    zone = draw(st.sampled_from([None, "java"]))
    asked = an_input(*places, method=draw(st.sampled_from(["delivery", "pickup"])), policy=policy)
    asked["request"]["lines"] = lines
    asked["request"]["customer"] |= {"zone": zone, "postal_code": "12190"}
    return asked


def told(asked: dict[str, Any], form: str) -> str:
    """The answer in one of the three formats."""
    found = answer(read(json.dumps(asked), _none), None, SystemClock())
    return {
        "json": lambda: json.dumps(found.view()),
        "text": lambda: story(found),
        "map": lambda: page(found),
    }[form]()


def _none(name: str) -> Policy:
    raise LookupError(name)


def shuffled(asked: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """The same INPUT with its lists in another order."""
    request = asked["request"]
    lines = dice.sample(request["lines"], len(request["lines"]))
    lists = {name: dice.sample(asked[name], len(asked[name])) for name in ("locations", "stock")}
    return {**asked, **lists, "request": {**request, "lines": lines}}


def require_the_same(asked: dict[str, Any], form: str, dice: random.Random) -> None:
    assert told(shuffled(asked, dice), form) == told(asked, form)


FORMS = st.sampled_from(["json", "json", "json", "text", "map"])


@settings(max_examples=25)
@given(inputs(), FORMS, st.randoms(use_true_random=False))
def test_the_order_of_its_lists_changes_no_byte(
    asked: dict[str, Any], form: str, dice: random.Random
) -> None:
    require_the_same(asked, form, dice)


@pytest.mark.proof
@settings(max_examples=1_000)
@given(inputs(), FORMS, st.randoms(use_true_random=False))
def test_a_thousand_orders_of_lists_change_no_byte(
    asked: dict[str, Any], form: str, dice: random.Random
) -> None:
    require_the_same(asked, form, dice)


@pytest.mark.soak
@settings(max_examples=10_000)
@given(inputs(), FORMS, st.randoms(use_true_random=False))
def test_ten_thousand_orders_of_lists_change_no_byte(
    asked: dict[str, Any], form: str, dice: random.Random
) -> None:
    require_the_same(asked, form, dice)
