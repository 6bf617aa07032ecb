"""Offers: what an option id says, and whether it still holds when the order comes.

An option id is signed and stateless. It stands for a basket, a plan and a promise for 15 minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from fulfillment.application.ports import OptionSigner
from fulfillment.application.views import as_json
from fulfillment.domain.basket import Basket, Method
from fulfillment.domain.decision import PlannedShipment
from fulfillment.domain.errors import InvalidRequest, OfferChanged

OFFER_MINUTES = 15  # as long as a customer takes over a checkout; stock moves faster, so never longer


@dataclass(frozen=True)
class Offer:
    """What was offered. ``promise_at`` is the latest of the plan's promises; ``missing`` are units left out."""

    basket: str
    method: Method
    location_ids: tuple[str, ...]
    missing: int
    promise_at: datetime
    policy_version: int

    def is_worse_than(self, other: Offer) -> bool:
        """Later, in more parcels, with fewer units, or from another store than the customer chose."""
        moved = self.method == "pickup" and self.location_ids != other.location_ids
        return (
            moved
            or self.promise_at > other.promise_at
            or len(self.location_ids) > len(other.location_ids)
            or self.missing > other.missing
        )


def basket_mark(basket: Basket) -> str:
    """A short word for what is in the basket, whatever the order of its lines."""
    return sha256(as_json([basket.channel, basket.quantity_by_sku()]).encode()).hexdigest()[:16]


def offer(
    basket: Basket,
    method: Method,
    shipments: Sequence[PlannedShipment],
    missing: int,
    policy_version: int,
) -> Offer:
    """The offer that a plan makes."""
    return Offer(
        basket_mark(basket),
        method,
        tuple(sorted(s.location_id for s in shipments)),
        missing,
        max(s.promise.at for s in shipments),
        policy_version,
    )


def sign(signer: OptionSigner, made: Offer, now: datetime) -> str:
    """The option id of an offer."""
    return signer.sign(
        {
            "b": made.basket,
            "m": made.method,
            "l": list(made.location_ids),
            "s": made.missing,
            "p": int(made.promise_at.timestamp()),
            "v": made.policy_version,
            "x": int((now + timedelta(minutes=OFFER_MINUTES)).timestamp()),
        }
    )


def check(
    signer: OptionSigner,
    option_id: str,
    now_offered: Offer,
    now_option: Mapping[str, Any],
    now: datetime,
) -> None:
    """Hold the order to its option: InvalidRequest when it is not ours or of another basket, OfferChanged when it
    is over or what can be done now is worse; that one carries the option that holds now.
    """
    told = signer.read(option_id)
    offered = Offer(
        told["b"],
        told["m"],
        tuple(told["l"]),
        told["s"],
        datetime.fromtimestamp(told["p"], UTC),
        told["v"],
    )
    if (offered.basket, offered.method) != (now_offered.basket, now_offered.method):
        raise InvalidRequest.of(
            "option_id", "option_of_another_basket", "This option was made for another basket or method."
        )
    if now.timestamp() >= told["x"]:
        raise OfferChanged(
            "offer_expired", "The option is over; this is what holds now.", extra={"option": dict(now_option)}
        )
    if now_offered.is_worse_than(offered):
        raise OfferChanged(
            "offer_changed",
            "Stock or time moved on; this is what holds now.",
            extra={"option": dict(now_option)},
        )
