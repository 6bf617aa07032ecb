"""Whatever happens to a shelf, it adds up."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fulfillment.domain.ledger import stock_effects
from fulfillment.domain.stock import RefusalReason, StockRow
from tests.support.builders import MONDAY_NOON

units = st.integers(0, 50)
reasons = st.sampled_from(["not_found", "damaged", "no_time", "closing", "other"])


@st.composite
def rows(draw: st.DrawFn) -> StockRow:
    """Any row there can be, a shortfall among them."""
    blocked = draw(units)
    return StockRow(
        "tee",
        "senayan",
        on_hand=draw(st.integers(-5, 100)),
        reserved=draw(units),
        blocked=blocked,
        missing=draw(st.integers(0, blocked)),
        version=draw(units),
    )


def adds_up(row: StockRow) -> bool:
    parts = row.available + row.reserved + row.blocked == row.on_hand
    return parts and row.reserved >= 0 and 0 <= row.missing <= row.blocked


@given(rows(), st.integers(0, 60))
def test_what_may_be_sold_leaves_the_floor_and_is_never_negative(row: StockRow, floor: int) -> None:
    sellable = row.sellable(floor)

    assert sellable >= 0
    assert sellable == 0 or row.available - sellable == floor


@given(rows(), reasons, st.data())
def test_a_refusal_frees_what_was_promised_and_invents_nothing(
    row: StockRow, reason: RefusalReason, data: st.DataObject
) -> None:
    quantity = data.draw(st.integers(0, row.reserved))

    after = row.refused(quantity, reason)

    assert adds_up(after)
    assert (after.on_hand, after.reserved, after.version) == (
        row.on_hand,
        row.reserved - quantity,
        row.version + 1,
    )
    assert after.available <= row.available + quantity
    assert after.blocked >= row.blocked
    assert reason != "not_found" or after.sellable(0) == 0


@given(rows(), st.integers(0, 100))
def test_a_count_is_believed(row: StockRow, seen: int) -> None:
    after = row.counted(seen, MONDAY_NOON + timedelta(seconds=1))

    assert adds_up(after)
    assert (after.on_hand, after.reserved, after.missing) == (seen, row.reserved, 0)
    assert after.blocked == row.blocked - row.missing  # what is damaged still is


@given(rows(), st.lists(st.integers(-20, 20), max_size=6))
def test_movements_add_up_in_any_order(row: StockRow, changes: list[int]) -> None:
    there = back = row
    for change in changes:
        there = there.moved(change)
    for change in reversed(changes):
        back = back.moved(change)

    assert there == back
    assert adds_up(there)
    assert there.available - row.available == sum(changes)


@given(st.lists(st.tuples(st.sampled_from(["tee", "cap", "pin"]), st.integers(1, 9)), max_size=9))
def test_effects_hold_every_unit_and_each_shelf_once(pairs: list[tuple[str, int]]) -> None:
    effects = stock_effects("reserve", "senayan", pairs)

    assert sum(effect.quantity for effect in effects) == sum(quantity for _, quantity in pairs)
    assert len({effect.sku for effect in effects}) == len(effects)


class Shelf(RuleBasedStateMachine):
    """A shelf through any story: reservations, hand-overs, refusals, counts and movements.

    Reservations and hand-overs are what the adapter's expressions do; the rest is the row's own arithmetic.
    """

    def __init__(self) -> None:
        super().__init__()
        self.row = StockRow("tee", "senayan", on_hand=20)
        self.promised = 0

    def _with(self, *, on_hand: int = 0, reserved: int = 0) -> None:
        row = self.row
        self.row = StockRow(
            row.sku, row.location_id, row.on_hand + on_hand, row.reserved + reserved, row.blocked, row.missing
        )

    @precondition(lambda self: self.row.sellable(2) > 0)
    @rule(data=st.data())
    def reserve(self, data: st.DataObject) -> None:
        quantity = data.draw(st.integers(1, self.row.sellable(2)))
        self._with(reserved=quantity)
        self.promised += quantity

    @precondition(lambda self: self.promised > 0)
    @rule(data=st.data(), reason=reasons)
    def refuse(self, data: st.DataObject, reason: RefusalReason) -> None:
        quantity = data.draw(st.integers(1, self.promised))
        self.row = self.row.refused(quantity, reason)
        self.promised -= quantity

    @precondition(lambda self: self.promised > 0)
    @rule(data=st.data())
    def hand_over(self, data: st.DataObject) -> None:
        quantity = data.draw(st.integers(1, self.promised))
        self._with(on_hand=-quantity, reserved=-quantity)
        self.promised -= quantity

    @rule(seen=st.integers(0, 30))
    def count(self, seen: int) -> None:
        self.row = self.row.counted(seen, MONDAY_NOON)

    @rule(change=st.integers(-5, 10))
    def move(self, change: int) -> None:
        self.row = self.row.moved(change)

    @invariant()
    def it_adds_up(self) -> None:
        assert adds_up(self.row)

    @invariant()
    def what_is_reserved_is_what_was_promised(self) -> None:
        assert self.row.reserved == self.promised


TestShelf = Shelf.TestCase
TestShelf.settings = settings(max_examples=30, stateful_step_count=20)
