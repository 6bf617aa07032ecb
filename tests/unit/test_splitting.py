"""How an order may be taken apart: whole lines, what stays together, what a parcel must be worth and may hold."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fulfillment.domain.basket import Line
from fulfillment.domain.decision import Decision, Item, decide
from fulfillment.domain.policy import Fallback, Policy, SplitRules
from fulfillment.domain.routing.candidate import Candidate, StockPicture
from fulfillment.domain.routing.wants import wants
from tests.support.builders import MONDAY_NOON, a_line, stock
from tests.support.values import a_candidate, a_delivery, picture


def decided(*lines: Line, on: StockPicture, split: SplitRules, **more: Any) -> Decision:
    """A delivery by stores a, b and c, 1, 2 and 3 km away."""
    stores: list[Candidate] = [a_candidate(name, 1_000 * n) for n, name in enumerate("abc", start=1)]
    fallback = more.pop("fallback", ())
    policy = Policy(split=split, fallback=fallback)
    return decide(a_delivery(*lines, **more), stores, on, policy, MONDAY_NOON)


def supplied(decision: Decision) -> dict[str, dict[str, int]]:
    """Units by location and line."""
    return {s.location_id: {a.line_id: a.quantity for a in s.allocations} for s in decision.shipments}


def test_a_whole_line_leaves_from_one_location() -> None:
    shelves = picture(stock("a", tee=2), stock("b", tee=2), stock("c", tee=3))

    split = decided(a_line("tee", 3), on=shelves, split=SplitRules(2))
    whole = decided(a_line("tee", 3), on=shelves, split=SplitRules(2, lines="whole"))

    assert supplied(split) == {"c": {"1": 3}}  # one parcel is better than two, whatever the rule
    assert supplied(whole) == {"c": {"1": 3}}
    without_c = {key: row for key, row in shelves.items() if key[1] != "c"}
    assert decided(a_line("tee", 3), on=without_c, split=SplitRules(2)).status == "planned"
    assert decided(a_line("tee", 3), on=without_c, split=SplitRules(2, lines="whole")).status == "unfillable"


def test_two_whole_lines_of_one_sku_share_a_shelf_only_as_far_as_it_goes() -> None:
    # Given four tees in a, enough for either line of three and not for both
    shelves = picture(stock("a", tee=4), stock("b", tee=3))

    decision = decided(
        a_line("tee", 3, "1"), a_line("tee", 3, "2"), on=shelves, split=SplitRules(2, lines="whole")
    )

    assert supplied(decision) == {"a": {"1": 3}, "b": {"2": 3}}


def test_lines_that_belong_together_leave_together() -> None:
    top, skirt = (
        replace(a_line(sku, 1, n), keep_together="suit") for n, sku in (("1", "top"), ("2", "skirt"))
    )
    shelves = picture(stock("a", top=1), stock("b", skirt=1, cap=1), stock("c", top=1, skirt=1))

    decision = decided(top, skirt, a_line("cap", 1, "3"), on=shelves, split=SplitRules(3))
    torn = decided(top, skirt, on=picture(stock("a", top=1), stock("b", skirt=1)), split=SplitRules(3))

    assert supplied(decision) == {"b": {"3": 1}, "c": {"1": 1, "2": 1}}
    assert torn.status == "unfillable"


def test_a_tag_keeps_the_skus_that_bear_it_together() -> None:
    items = {"top": Item(tags=("batik",)), "skirt": Item(tags=("batik", "new")), "cap": Item(tags=("new",))}
    shelves = picture(stock("a", top=1, cap=1), stock("b", skirt=1), stock("c", top=1, skirt=1))
    lines = [a_line("top", 1, "1"), a_line("skirt", 1, "2"), a_line("cap", 1, "3")]

    decision = decided(*lines, on=shelves, split=SplitRules(3, keep_together=("batik",)), items=items)

    assert supplied(decision) == {"a": {"3": 1}, "c": {"1": 1, "2": 1}}


def test_a_line_with_two_reasons_joins_both_groups() -> None:
    lines = [
        replace(a_line("a", 1, "1"), keep_together="x"),
        a_line("b", 1, "2"),
        replace(a_line("c", 1, "3"), keep_together="x"),
        a_line("d", 1, "4"),
    ]

    taken = wants(lines, SplitRules(keep_together=("set",)), {"b": ("set",), "c": ("set",)})

    assert [[line.line_id for line in piece.lines] for piece in taken.pieces] == [["1", "2", "3"]]
    assert [line.line_id for line in taken.loose] == ["4"]


@pytest.mark.parametrize(("least", "expected"), [
    ("100", {"a": {"1": 3}, "b": {"1": 1}}),
    ("101", {"a": {"1": 2}, "b": {"1": 2}}),
])  # fmt: skip
def test_units_move_to_the_parcel_that_is_worth_too_little(
    least: str, expected: dict[str, dict[str, int]]
) -> None:
    # Given tees at 100 each, three of them near and two farther
    shelves = picture(stock("a", tee=3), stock("b", tee=2))
    rules = SplitRules(2, min_parcel_value=Decimal(least))

    decision = decided(a_line("tee", 4), on=shelves, split=rules, items={"tee": Item(price=Decimal(100))})

    assert supplied(decision) == expected


def test_a_parcel_that_is_the_only_one_and_complete_may_be_worth_little() -> None:
    rules = SplitRules(2, min_parcel_value=Decimal(500))
    items = {"tee": Item(price=Decimal(100))}
    part = (Fallback("part"),)

    whole = decided(a_line("tee", 1), on=picture(stock("a", tee=1)), split=rules, items=items)
    too_little = decided(
        a_line("tee", 2), on=picture(stock("a", tee=1)), split=rules, items=items, fallback=part
    )
    enough = decided(
        a_line("tee", 10), on=picture(stock("a", tee=5)), split=rules, items=items, fallback=part
    )

    rest_too_little = decided(
        a_line("tee", 9), on=picture(stock("a", tee=5)), split=rules, items=items, fallback=part
    )

    assert [whole.status, too_little.status, enough.status] == ["planned", "unfillable", "partial"]
    assert rest_too_little.status == "unfillable"  # 400 would be left to send


def test_no_parcel_holds_more_units_than_one_may() -> None:
    shelves = picture(stock("a", tee=9, cap=9), stock("b", tee=9, cap=9))
    lines = [a_line("tee", 3, "1"), a_line("cap", 3, "2")]

    decision = decided(*lines, on=shelves, split=SplitRules(3, max_parcel_units=4))
    too_many = decided(*lines, on=shelves, split=SplitRules(1, max_parcel_units=4))

    assert [sum(units.values()) for units in supplied(decision).values()] == [4, 2]
    assert too_many.status == "unfillable"


def test_a_plan_of_fewer_rows_is_made_where_the_first_would_not_fit_one_transaction() -> None:
    # Given 41 SKUs, in threes: near stores with one of each, and two far ones with all
    lines = [a_line(f"sku{n}", 2, str(n)) for n in range(41)]
    one, two = ({line.sku: units for line in lines} for units in (1, 2))
    shelves = picture(stock("a", **one), stock("b", **one), stock("c", **two))

    decision = decided(*lines, on=shelves, split=SplitRules(2))
    near_only = decided(*lines, on=picture(stock("a", **one), stock("b", **one)), split=SplitRules(2))

    assert list(supplied(decision)) == ["c"]
    assert near_only.status == "unfillable"  # 82 rows
