"""Bodies that come in. Strict: nothing is guessed, unknown fields are refused, every size has a bound.

Each model turns itself into domain values with ``to_domain``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from fulfillment.application.place_order import OrderRequest
from fulfillment.domain.basket import (
    MAX_LINE_QUANTITY,
    MAX_LINES,
    Basket,
    CustomerPlace,
    Line,
    Method,
    Money,
    Point,
)
from fulfillment.domain.order import CustomerContact, OptIn, Payment, PaymentState
from fulfillment.domain.postal import canonical
from fulfillment.messages.stock import Instant, LocationId, Sku, StockMessage

OrderId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples=["A-1001"])]
Channel = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$", examples=["web"])]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
LineId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$", examples=["1"])]
Short = Annotated[str, Field(min_length=1, max_length=200)]


class Contract(BaseModel):
    """Strict types, no unknown fields, no NaN."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def what_it_says(parsed: BaseModel, path: Mapping[str, str] | None = None) -> str:
    """A short word for a request, the same over every door. What has its default is left out: a field that is added
    later must not make a retry another request.
    """
    said = [sorted((path or {}).items()), parsed.model_dump_json(exclude_defaults=True)]
    return digest(f"{type(parsed).__name__}{json.dumps(said)}")


def digest(text: str) -> str:
    """A word of 64 characters for a text."""
    return sha256(text.encode()).hexdigest()


class PointIn(Contract):
    """Degrees, WGS 84."""

    lon: Annotated[float, Field(json_schema_extra={"minimum": -180, "maximum": 180})]
    lat: Annotated[float, Field(json_schema_extra={"minimum": -90, "maximum": 90})]

    @field_validator("lon")
    @classmethod
    def _lon_in_range(cls, lon: float) -> float:
        if not -180 <= lon <= 180:
            raise PydanticCustomError("out_of_range", "lon must be between -180 and 180")
        return lon

    @field_validator("lat")
    @classmethod
    def _lat_in_range(cls, lat: float, info: ValidationInfo) -> float:
        if not -90 <= lat <= 90:
            swapped = abs(info.data.get("lon", 180)) <= 90
            hint = "; lat and lon look swapped" if swapped else ""
            raise PydanticCustomError("out_of_range", f"lat must be between -90 and 90{hint}")
        return lat

    def to_domain(self) -> Point:
        """The point."""
        return Point(self.lat, self.lon)


class MoneyIn(Contract):
    """A decimal string and its ISO 4217 currency."""

    amount: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,4})?$", examples=["199000"])]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["IDR"])]

    def to_domain(self) -> Money:
        """The amount as a Decimal."""
        return Money(Decimal(self.amount), self.currency)


class DisplayIn(Contract):
    """How the shop showed the line."""

    name: Short | None = None
    promo: Short | None = None


class LineIn(Contract):
    """Whole units of a SKU. Lines with the same ``keep_together`` leave from one location, undivided."""

    line_id: LineId
    sku: Sku
    quantity: Annotated[int, Field(ge=1, le=MAX_LINE_QUANTITY, examples=[2])]
    unit_price: MoneyIn | None = None
    display: DisplayIn | None = None
    keep_together: Annotated[str, Field(min_length=1, max_length=64)] | None = None

    def to_domain(self) -> Line:
        """The line."""
        return Line(
            self.line_id,
            self.sku,
            self.quantity,
            self.unit_price.to_domain() if self.unit_price else None,
            self.display.name if self.display else None,
            self.display.promo if self.display else None,
            self.keep_together,
        )


class CustomerIn(Contract):
    """Where the customer is: the point wins over the area code, that over the postal code."""

    point: PointIn | None = None
    postal_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9 -]{1,12}$", examples=["12190"])] | None = None
    area_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9.]{1,20}$", examples=["31.74.07"])] | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["ID"])] = "ID"

    def place(self) -> CustomerPlace:
        """The place."""
        return CustomerPlace(
            country=self.country,
            point=self.point.to_domain() if self.point else None,
            area_code=self.area_code,
            postal_code=canonical(self.country, "postal", self.postal_code) if self.postal_code else None,
        )


NotifyBy = Literal["whatsapp", "sms", "email"]


class OptInIn(Contract):
    """The person agreed to be written to by this channel: when and where it was asked."""

    channel: NotifyBy
    at: Instant
    where: Annotated[str, Field(min_length=1, max_length=64, examples=["checkout"])]

    def to_domain(self) -> OptIn:
        """The opt-in."""
        return OptIn(self.channel, self.at, self.where)


class ContactIn(Contract):
    """The person. A phone number is E.164; Indonesian ones may begin with 08.

    ``notify``: channels in the order in which they are tried. Without an opt-in there is no WhatsApp.
    """

    name: Short
    phone: Annotated[str, Field(pattern=r"^(\+[1-9][0-9]{7,14}|08[0-9]{7,12})$", examples=["081234567890"])]
    email: Annotated[str, Field(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")] | None = None
    locale: Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$", examples=["id"])] = "id"
    notify: Annotated[list[NotifyBy], Field(max_length=3)] = []
    opt_ins: Annotated[list[OptInIn], Field(max_length=3)] = []

    def e164(self) -> str:
        """The number with its country."""
        return f"+62{self.phone[1:]}" if self.phone.startswith("0") else self.phone

    def to_domain(self, ship_to: Mapping[str, str] | None) -> CustomerContact:
        """The person, and where the parcel goes."""
        return CustomerContact(
            name=self.name,
            phone=self.e164(),
            email=self.email,
            locale=self.locale,
            notify=tuple(self.notify),
            ship_to=ship_to,
            opt_ins=tuple(opt_in.to_domain() for opt_in in self.opt_ins),
        )


class OrderCustomerIn(CustomerIn):
    """The place and the person."""

    contact: ContactIn


class ShipToIn(Contract):
    """The address on the parcel."""

    recipient: Short
    phone: Annotated[str, Field(pattern=r"^(\+[1-9][0-9]{7,14}|08[0-9]{7,12})$")]
    street: Short
    kelurahan: Short | None = None
    kecamatan: Short | None = None
    city: Short
    province: Short | None = None
    postal_code: Annotated[str, Field(max_length=12)] | None = None
    landmark: Short | None = None
    note: Short | None = None


class _HasLineId(Protocol):
    @property
    def line_id(self) -> str: ...


ALine = TypeVar("ALine", bound=_HasLineId)


def each_line_once(lines: list[ALine]) -> list[ALine]:
    """The lines, of which no two may speak of the same."""
    seen: set[str] = set()
    for line in lines:
        if line.line_id in seen:
            raise PydanticCustomError("duplicate_line_id", f"two lines have the line_id {line.line_id!r}")
        seen.add(line.line_id)
    return lines


class BasketIn(Contract):
    """Lines wanted through a channel."""

    channel: Channel
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=MAX_LINES)]

    @field_validator("lines")
    @classmethod
    def _line_ids_differ(cls, lines: list[LineIn]) -> list[LineIn]:
        return each_line_once(lines)

    def basket(self, customer: CustomerIn) -> Basket:
        """The basket of this customer."""
        return Basket(self.channel, customer.place(), tuple(line.to_domain() for line in self.lines))


class OptionsIn(BasketIn):
    """How can this basket reach this customer? ``order_id``: a reservation of this channel that does not count, since
    the basket is to replace it.
    """

    customer: CustomerIn
    methods: Annotated[list[Method], Field(min_length=1, max_length=2)] = ["pickup", "delivery"]
    order_id: OrderId | None = None


class PaymentIn(Contract):
    """What the checkout knows of the money."""

    state: PaymentState
    kind: Word = "card"
    amount_due: MoneyIn | None = None
    pay_by: Instant | None = None

    def to_domain(self) -> Payment:
        """The payment."""
        due = self.amount_due.to_domain() if self.amount_due else None
        return Payment(self.state, self.kind, due, self.pay_by)


class OrderIn(BasketIn):
    """Reserve and route this order. ``methods`` may come along from the basket and is not used. ``replaces``: an unpaid
    order of this channel that gives way to this one, in one step with it.
    """

    order_id: OrderId
    customer: OrderCustomerIn
    method: Method
    methods: list[Method] | None = None
    location_id: LocationId | None = None
    option_id: Annotated[str, Field(max_length=2000)] | None = None
    accept_partial: bool = False
    payment: PaymentIn
    replaces: OrderId | None = None
    ship_to: Annotated[ShipToIn | None, Field(validate_default=True)] = None

    @field_validator("ship_to")
    @classmethod
    def _parcel_has_address(cls, ship_to: ShipToIn | None, info: ValidationInfo) -> ShipToIn | None:
        if ship_to is None and info.data.get("method") == "delivery":
            raise PydanticCustomError("ship_to_required", "a delivery needs ship_to")
        return ship_to

    @field_validator("replaces")
    @classmethod
    def _replaces_another(cls, replaces: str | None, info: ValidationInfo) -> str | None:
        if replaces is not None and replaces == info.data.get("order_id"):
            raise PydanticCustomError(
                "replaces_itself", "an order cannot replace itself: give it a new order_id"
            )
        return replaces

    @field_validator("location_id")
    @classmethod
    def _delivery_is_routed(cls, location_id: str | None, info: ValidationInfo) -> str | None:
        if location_id is not None and info.data.get("method") == "delivery":
            raise PydanticCustomError("location_not_taken", "a delivery is routed: it takes no location_id")
        return location_id

    def to_domain(self) -> OrderRequest:
        """The order request."""
        ship_to = self.ship_to.model_dump(exclude_none=True) if self.ship_to else None
        return OrderRequest(
            order_id=self.order_id,
            basket=self.basket(self.customer),
            method=self.method,
            payment=self.payment.to_domain(),
            contact=self.customer.contact.to_domain(ship_to),
            location_id=self.location_id,
            option_id=self.option_id,
            accept_partial=self.accept_partial,
            replaces=self.replaces,
        )


class ConfirmIn(Contract):
    """The payment was captured. The body may be empty."""

    payment_reference: Short | None = None


class ExtendIn(Contract):
    """The customer is still at it. Nothing to say."""


class HoldIn(Contract):
    """Why the order is stopped: a word for programs, and a note for people."""

    reason: Annotated[Word, Field(examples=["fraud_check"])]
    note: Short | None = None


class ReleaseIn(Contract):
    """The order may go on. Nothing to say."""


class CancelIn(Contract):
    """Which lines to let go; without any, the whole order."""

    lines: Annotated[list[str], Field(max_length=MAX_LINES)] = []
    reason: Short | None = None


class StockUpdatesIn(Contract):
    """Stock messages to be put on the feed's queue."""

    updates: Annotated[list[StockMessage], Field(min_length=1, max_length=500)]
