"""The contract of the stock feed, and its translation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from fulfillment.application.feed_stock import FeedStock, Outcome, StockChange, StockCount

Sku = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/+-]{0,63}$", examples=["TEE-RED-M"])]
Code = Annotated[
    str,
    Field(
        pattern=r"^\s*[A-Za-z0-9][A-Za-z0-9 ._/+-]{0,63}\s*$",
        description="The SKU, with blanks around it and in other letters if need be, or one of the product's barcodes.",
        examples=["TEE-RED-M", "2010070000372"],
    ),
    StringConstraints(strip_whitespace=True),
]
LOCATION_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
LocationId = Annotated[str, Field(pattern=LOCATION_ID, examples=["senayan"])]
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
TrimmedLocationId = Annotated[
    str,
    Field(pattern=r"^\s*[A-Za-z0-9][A-Za-z0-9._-]{0,63}\s*$", examples=["senayan"]),
    StringConstraints(strip_whitespace=True),
]
# A date without dashes reads as a count of seconds since 1970: it must not become a moment long ago, silently.
Instant = Annotated[AwareDatetime, Field(ge=EARLIEST, lt=LATEST)]


class _StockContract(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CountMessage(_StockContract):
    """Somebody saw ``on_hand`` units at ``observed_at``."""

    type: Literal["count"]
    sku: Code
    location_id: TrimmedLocationId
    on_hand: Annotated[int, Field(ge=0, le=1_000_000)]
    observed_at: Instant


class MovementMessage(_StockContract):
    """``change`` units came (+) or went (-). What names one of our orders in ``order_id`` is its hand-over, which was
    booked when it happened; but a ``return`` is booked.
    """

    type: Literal["movement"]
    movement_id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,100}$")]
    sku: Code
    location_id: TrimmedLocationId
    kind: Literal["sale", "return", "receipt", "adjustment"] = "adjustment"
    change: Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
    at: Instant
    order_id: Annotated[str, Field(max_length=100)] | None = None


StockMessage = Annotated[CountMessage | MovementMessage, Field(discriminator="type")]
_MESSAGE: TypeAdapter[CountMessage | MovementMessage] = TypeAdapter(StockMessage)


def read(body: str) -> CountMessage | MovementMessage:
    """The message in this body; pydantic's ValidationError when there is none."""
    return _MESSAGE.validate_json(body)


def apply(feed: FeedStock, told: CountMessage | MovementMessage) -> Outcome:
    """Apply the message; InvalidRequest for what can never be applied."""
    if isinstance(told, CountMessage):
        return feed.count(StockCount(told.sku, told.location_id, told.on_hand, told.observed_at))
    return feed.movement(
        StockChange(
            told.movement_id, told.sku, told.location_id, told.kind, told.change, told.at, told.order_id
        )
    )
