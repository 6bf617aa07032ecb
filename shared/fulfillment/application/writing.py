"""How every command writes: read, decide, write in one transaction, and on a lost race do it again, bounded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from fulfillment.application.ports import (
    Answer,
    AnsweredBefore,
    Clock,
    Command,
    CountedAhead,
    OrderRepository,
    Stale,
    Write,
)
from fulfillment.application.views import View, as_json
from fulfillment.domain.errors import Busy, IdempotencyConflict, NotFound
from fulfillment.domain.order import Change, Order
from fulfillment.domain.stock import MovementKind, StockMovement

EARLIEST = datetime.min.replace(tzinfo=UTC)
MAX_ROUNDS = 8  # each round lost means that somebody else got further; eight in a row means trouble


def same_request(answer: Answer, command: Command) -> Answer:
    """The stored answer, if it was to the same request; IdempotencyConflict otherwise."""
    if answer.fingerprint != command.fingerprint:
        raise IdempotencyConflict(
            "idempotency_key_reused", "This Idempotency-Key was used before, with another request."
        )
    return answer


def answered(command: Command, status: int, view: View) -> Answer:
    """What is answered, and kept under the command's key when it has an effect."""
    return Answer(command.fingerprint, status, as_json(view))


def change_order(
    orders: OrderRepository,
    clock: Clock,
    order_id: str,
    command: Command,
    step: Callable[[Order, datetime], Change | None],
    render: Callable[[Order, datetime], View],
    look_at: Callable[[Order, datetime], datetime | None] = lambda _order, _now: None,
) -> Answer:
    """Take one step of an existing order.

    ``step`` gives None when there is nothing to do: the present view is answered and nothing is written. It raises
    Stale when it changed the order itself: the order is read again.

    ``look_at`` says when the service ladder looks next, where that is known.

    What leaves a shelf is booked after the last count of it, which still saw it there, whatever the clocks say.
    """
    after_counts = EARLIEST
    for _ in range(MAX_ROUNDS):
        answer, order = orders.recall(command.idempotency_key, order_id)
        if answer:
            return same_request(answer, command)
        if order is None:
            raise NotFound("unknown_order", f"There is no order {order_id!r}.")
        now = clock.now()
        try:
            change = step(order, now)
            if change is None:
                return answered(command, 200, render(order, now))
            given = answered(command, 200, render(change.order, now))
            orders.write(
                Write(
                    command_id=command.command_id,
                    change=change,
                    before=order,
                    at=now,
                    answer=given if command.idempotency_key else None,
                    idempotency_key=command.idempotency_key,
                    movements=movements_of(change, command.command_id, max(now, after_counts)),
                    look_at=look_at(change.order, now),
                )
            )
            return given
        except AnsweredBefore as before:
            return same_request(before.answer, command)
        except CountedAhead as count:
            after_counts = count.observed_at + timedelta(microseconds=1)
        except Stale:
            continue
    raise Busy("busy", f"The order {order_id!r} is being changed by others; send the same request again.")


# What becomes of on hand and of blocked, for each unit
_MOVES: Mapping[str, tuple[MovementKind, int, int]] = {
    "hand_over": ("handover", -1, 0),
    "put_aside": ("refusal", 0, 1),
    "lose": ("short_pick", 0, 1),
    "put_back": ("put_back", 0, -1),
    "write_off": ("write_off", -1, -1),
}


def movements_of(change: Change, command_id: str, at: datetime) -> tuple[StockMovement, ...]:
    """The record of what a change does to on hand and blocked. Reserving and releasing move nothing on a shelf."""
    moved: list[StockMovement] = []
    for effect in change.stock:
        if effect.kind in _MOVES:
            kind, on_hand, blocked = _MOVES[effect.kind]
            moved.append(
                StockMovement(
                    movement_id=f"{command_id}.{effect.sku}",
                    sku=effect.sku,
                    location_id=effect.location_id,
                    kind=kind,
                    at=at,
                    change=on_hand * effect.quantity,
                    blocked_change=blocked * effect.quantity,
                    order_id=change.order.order_id,
                )
            )
    for replacement in change.replacements:
        before, after = replacement.before, replacement.after
        if (before.on_hand, before.blocked) == (after.on_hand, after.blocked):
            continue
        moved.append(
            StockMovement(
                movement_id=f"{command_id}.{after.sku}",
                sku=after.sku,
                location_id=after.location_id,
                kind="refusal",
                at=at,
                change=after.on_hand - before.on_hand,
                blocked_change=after.blocked - before.blocked,
                order_id=change.order.order_id,
            )
        )
    return tuple(moved)
