"""The body of POST /v1/decisions: everything that cannot be tried is refused, the field named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from fulfillment.api.decision_document import TrialIn
from fulfillment.application.try_decision import Trial
from fulfillment.domain.policy import Policy
from tests.support.builders import asked, order_lines


def parsed(**more: Any) -> Trial:
    return TrialIn.model_validate_json(json.dumps(asked(method="delivery") | more)).to_domain()


def test_a_basket_and_a_method_are_enough() -> None:
    trial = parsed()

    assert (trial.method, trial.policy, trial.explain) == ("delivery", None, ())
    assert trial.basket.quantity_by_sku() == {"tee": 1}


def test_a_policy_is_a_name_or_a_document() -> None:
    assert parsed(policy="careful").policy == "careful"
    inline = parsed(policy={"split": {"max_shipments": 2}}).policy
    assert isinstance(inline, Policy)
    assert (inline.name, inline.version, inline.split.max_shipments) == ("inline", 0, 2)
    named = parsed(policy={"name": "mine"}).policy
    assert isinstance(named, Policy)
    assert named.name == "mine"


def test_a_location_is_explained_once() -> None:
    assert parsed(explain=["kota", "senayan", "kota"]).explain == ("kota", "senayan")


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"policy": {"objectives": ["cheapness"]}}, "policy.objectives.0", "unknown_rule"),
        ({"policy": {"colour": 1}}, "policy.colour", "extra_forbidden"),
        ({"policy": {"name": "a b"}}, "policy.name", "string_pattern_mismatch"),
        ({"policy": 7}, "policy", "not_a_policy"),
        ({"location_id": "kota"}, "location_id", "location_not_taken"),
        ({"explain": ["kota"] * 6}, "explain", "too_long"),
        ({"method": None}, "method", "literal_error"),
        ({"order_id": "A-1"}, "order_id", "extra_forbidden"),
        ({"needed_by": "tomorrow"}, "needed_by", "datetime_parsing"),
        ({"lines": order_lines(tee=0)}, "lines.0.quantity", "greater_than_equal"),
    ],
)
def test_what_cannot_be_tried_is_refused_and_the_field_named(
    more: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        parsed(**more)

    told = [(".".join(map(str, e["loc"])), e["type"]) for e in refused.value.errors()]
    assert told == [(field, code)]
