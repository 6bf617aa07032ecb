"""What a buyer hears whose order cannot be taken: why, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fulfillment.application import views
from fulfillment.application.find_options import reasons
from fulfillment.application.views import View
from fulfillment.domain.basket import Method
from fulfillment.domain.decision import Decision, Shortfall
from fulfillment.domain.errors import Conflict, InvalidRequest, OutOfStock, Refusal
from fulfillment.domain.unpaid import Unpaid


def refusal_of(decision: Decision, method: Method, *, part_is_enough: bool) -> Refusal | None:
    """Why this decision is no order; None when it is one."""
    if decision.status == "planned" or (decision.status == "partial" and part_is_enough):
        return None
    left = _what_is_left(decision.unfilled)
    why = [v for v in decision.candidates if not v.eligible]
    if method == "pickup" and why and why[0].reason not in ("no_stock", "below_floor"):
        verdict = why[0]
        return Conflict(
            verdict.reason,
            f"{verdict.location_id} cannot take this pickup: {verdict.reason.replace('_', ' ')}.",
            extra={"left": left},
        )
    return OutOfStock(
        "out_of_stock",
        "Not everything is left.",
        extra={"left": left, "reasons": reasons(method, decision.candidates)},
    )


def too_many_unpaid(wanted: Unpaid, limit: int, unpaid: int) -> Refusal:
    """The customer is to pay first, or to let go of something."""
    return Conflict(
        "too_many_unpaid",
        f"This customer holds {unpaid} unpaid units; with {wanted.units} more they would be above {limit}.",
        extra={"limit": limit, "unpaid": unpaid, "wanted": wanted.units},
    )


def too_large_together() -> Refusal:
    """One transaction has room for a hundred rows; both orders' rows together are more."""
    told = "Both orders together have too many lines and stores for one step: cancel the old one, then order."
    return InvalidRequest.of("replaces", "too_large_together", told)


def _what_is_left(unfilled: Sequence[Shortfall]) -> list[View]:
    """Each line of an order that was refused: how many units are left of its SKU, and how many the line lacks.

    Lines of one SKU share what is left, in their order. A line may lack nothing: others stood in its way, or the
    number of parcels.
    """
    left = {short.sku: short.left for short in unfilled}
    lines = []
    for short in unfilled:
        there = min(short.quantity, left[short.sku])
        left[short.sku] -= there
        lines.append(replace(short, quantity=short.quantity - there))
    return views.missing(lines)
