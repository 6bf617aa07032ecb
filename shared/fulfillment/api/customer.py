"""The customer's page over HTTP: what a link opens, the page with its headers, and what may be sent from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from fulfillment.api.answers import AnswerModel, Moment, MoneyOut, Promised
from fulfillment.api.gateway import Document, Request
from fulfillment.api.requests import Contract, ShipToIn
from fulfillment.application.customer_page import Standing
from fulfillment.domain.basket import Method
from fulfillment.domain.choice_steps import Wish
from fulfillment.domain.errors import NotFound
from fulfillment.messages.stock import LocationId

HTML = "text/html; charset=utf-8"
# Scripts and styles of our own files alone, nothing of anybody else, and no text that becomes markup.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
# The address is the secret: it is not told to the map that a link leads to, nor kept by anybody on the way.
PAGE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
}
# The page names a file by what is in it, so a browser need not ask for it twice.
FILE_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Referrer-Policy": "no-referrer"}


class ChoiceIn(Contract):
    """What the customer wants instead; ``part``: what was found is enough. ``ship_to``: where to, when it is not known
    or elsewhere.
    """

    choice: Literal["part", "pickup", "delivery", "cancel"]
    location_id: Annotated[LocationId | None, Field(validate_default=True)] = None
    ship_to: ShipToIn | None = None

    @field_validator("location_id")
    @classmethod
    def _a_store_for_a_pickup(cls, location_id: str | None, info: ValidationInfo) -> str | None:
        if (location_id is None) == (info.data.get("choice") == "pickup"):
            told = "a pickup needs the store that was chosen; nothing else takes one"
            raise PydanticCustomError("location_id_and_choice", told)
        return location_id

    @field_validator("ship_to")
    @classmethod
    def _an_address_for_a_delivery(cls, ship_to: ShipToIn | None, info: ValidationInfo) -> ShipToIn | None:
        if ship_to is not None and info.data.get("choice") != "delivery":
            raise PydanticCustomError("ship_to_not_taken", "only a delivery takes an address")
        return ship_to

    def to_domain(self) -> Wish:
        """The wish."""
        ship_to = self.ship_to.model_dump(exclude_none=True) if self.ship_to else None
        return Wish(self.choice, self.location_id, ship_to)


class OnMyWayIn(Contract):
    """Nothing to say."""


class CustomerBrief(AnswerModel):
    """Where an order stands after a command of its customer."""

    order_id: str
    version: int
    method: Method
    status: Standing
    location_id: str | None


class CustomerLine(AnswerModel):
    """Units of an article, in the customer's language."""

    sku: str
    quantity: int
    name: str
    variant: str


class PointOut(AnswerModel):
    """Degrees, WGS 84."""

    lat: float
    lon: float


class DayOut(AnswerModel):
    """A day's opening hours there; none: closed."""

    date: str
    open: list[list[str]]


class PlaceOut(AnswerModel):
    """Where it is to be collected."""

    location_id: str
    name: str
    address: str
    phone: str
    maps_url: str
    point: PointOut | None
    hours: list[DayOut]


class ParcelOut(Promised):
    """What left with a carrier."""

    carrier: str
    tracking_number: str


class CustomerOrderOut(CustomerBrief):
    """What the page shows, ``at`` a moment. ``mark`` is another one whenever anything else is."""

    language: Literal["id", "en"]
    lines: list[CustomerLine]
    missing: list[CustomerLine]
    place: PlaceOut | None
    promise: Promised | None
    timezone: str | None
    collect_until: Moment | None
    code: str | None
    on_my_way_at: Moment | None
    parcels: list[ParcelOut]
    parcels_to_come: int
    choices: list[dict[str, Any]]
    choose_until: Moment | None
    found: list[CustomerLine]
    address_known: bool
    amount_due: MoneyOut | None
    refund: bool
    pay_until: Moment | None
    over: bool
    mark: str
    at: Moment


def language_of(request: Request) -> str | None:
    """The language that was asked for; None: the customer's own."""
    wanted = request.query.get("lang")
    return wanted if wanted in ("id", "en") else None


def from_the_page_of(order_id: str, request: Request) -> Request:
    """The request, sent by whoever has this order's link: a key belongs to the order, and not to all strangers."""
    return replace(request, caller=f"customer#{order_id}", path={"order_id": order_id})


def page_or_lost(page: Callable[[], str], lost: Callable[[], str]) -> Document:
    """The page; for a link that is not one of ours, one that says so."""
    try:
        return Document(HTML, page(), PAGE_HEADERS)
    except NotFound:
        return Document(HTML, lost(), PAGE_HEADERS, 404)


def file_of(content: str | None, kind: str | None) -> Document:
    """A file of the page; NotFound when there is none of this name."""
    if content is None or kind is None:
        raise NotFound("unknown_file", "There is no such file.")
    return Document(kind, content, FILE_HEADERS)
