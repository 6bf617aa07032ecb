"""Values of the domain become JSON, and come back as what they were."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from fulfillment.application.plain_values import Unreadable, from_plain, to_plain
from fulfillment.domain.basket import Money
from fulfillment.domain.policy import CostRates, FloorRule, Policy, TransportRate, WeightBand
from fulfillment.domain.promise import Promise
from fulfillment.domain.routing.candidate import Attribute, Candidate
from tests.support.values import a_candidate, a_promise

WEST = datetime.fromisoformat("2026-11-23T12:00:00.000001+07:00")


@pytest.mark.parametrize(
    ("kind", "value", "plain"),
    [
        (Decimal, Decimal("1.50"), "1.50"),
        (datetime, WEST, "2026-11-23T12:00:00.000001+07:00"),
        (datetime, datetime(2026, 11, 23, tzinfo=UTC), "2026-11-23T00:00:00+00:00"),
        (frozenset[str], frozenset({"b", "a"}), ["a", "b"]),
        (tuple[int, ...], (1, 2), [1, 2]),
        (dict[date, time], {date(2026, 11, 23): time(9, 30)}, {"2026-11-23": "09:30:00"}),
        (dict[int, str], {1: "x"}, {"1": "x"}),
        (str | None, None, None),
        (Money | None, Money(Decimal(5), "IDR"), {"amount": "5", "currency": "IDR"}),
        (dict[str, int | str], {"a": 1, "b": "1"}, {"a": 1, "b": "1"}),
    ],
)
def test_a_value_is_written_plainly_and_read_back(kind: Any, value: Any, plain: Any) -> None:
    assert to_plain(kind, value) == plain
    assert from_plain(kind, json.loads(json.dumps(plain))) == value


@pytest.mark.parametrize("value", ["1.5", 1, True, Decimal("1.5")])
def test_a_decimal_among_words_comes_back_as_a_decimal(value: Attribute) -> None:
    back = from_plain(Attribute, json.loads(json.dumps(to_plain(Attribute, value))))

    assert (back, type(back)) == (value, type(value))


POLICY = Policy(
    groups={"flagships": ("senayan",)},
    floors=(FloorRule(2, kinds=("store",), hours_before_closing=1.5),),
    costs=CostRates(
        transport=(
            TransportRate((WeightBand(Decimal("9000.5"), 1000), WeightBand(Decimal(1))), "same", 25.0),
        ),
        weights={"scarcity": Decimal("0.5")},
    ),
)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Policy, POLICY),
        (Policy, Policy()),
        (Candidate, a_candidate("senayan", None, promise=None, opens_at=WEST, refusal_rate=Decimal("0.02"))),
        (Candidate, a_candidate("senayan", attributes={"weekly_sales": Decimal("0.5"), "open": True})),
        (Promise, a_promise(carrier="JNE")),
    ],
    ids=["policy", "default", "candidate", "attributes", "promise"],
)
def test_a_value_of_many_parts_comes_back_whole(kind: Any, value: Any) -> None:
    assert from_plain(kind, json.loads(json.dumps(to_plain(kind, value)))) == value


@dataclass(frozen=True)
class Before:
    """A value as it was once written."""

    name: str
    rank: int = 100


@dataclass(frozen=True)
class After:
    """The same with what was added later."""

    name: str
    rank: int = 100
    late: bool = False
    tags: tuple[str, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)
    since: datetime | None = None


def test_a_field_that_is_added_with_an_empty_default_changes_nothing_that_was_written() -> None:
    written = to_plain(Before, Before("x"))

    assert to_plain(After, from_plain(After, written)) == written == {"name": "x", "rank": 100}


def test_an_empty_value_whose_default_is_another_is_written() -> None:
    assert to_plain(Before, Before("", 0)) == {"name": "", "rank": 0}


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        (Decimal, "many"),
        (datetime, "noon"),
        (Before, {"rank": 1}),
        (Before, {"name": "x", "colour": "red"}),
        (Before, "x"),
        (tuple[int, ...], 1),
        (dict[int, str], {"one": "x"}),
    ],
)
def test_what_was_never_written_so_is_unreadable(kind: Any, plain: Any) -> None:
    with pytest.raises(Unreadable):
        from_plain(kind, plain)
