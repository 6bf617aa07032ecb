"""Bodies that go out, for the OpenAPI document; a test holds every answer against its model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from fulfillment.domain.basket import Method
from fulfillment.domain.handover import DocumentKind
from fulfillment.domain.order import OrderStatus, PaymentState, ShipmentStatus

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class AnswerModel(BaseModel):
    """Nothing goes out that is not described."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldProblem(AnswerModel):
    """One field and what is wrong with it."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details. ``code`` is for programs; some problems carry more (``left``, ``option``)."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] = []


class MoneyOut(AnswerModel):
    """A decimal string and its currency."""

    amount: str
    currency: str


class Promised(AnswerModel):
    """``ready_by`` of a pickup or ``deliver_by`` of a delivery, with the location's offset."""

    ready_by: Moment | None = None
    deliver_by: Moment | None = None


class LineOut(AnswerModel):
    """Units of a line."""

    line_id: str
    sku: str
    quantity: int


class Missing(AnswerModel):
    """Units that are missing, and how many are left."""

    line_id: str
    sku: str
    missing: int
    left: int


class PickupOption(Promised):
    """A store the customer may choose."""

    option_id: str
    location_id: str
    name: str
    distance_km: float | None
    availability: Literal["all_now", "some"]
    missing: list[Missing]


class Parcel(Promised):
    """What one location would send."""

    location_id: str
    lines: list[LineOut]
    weight_grams: int
    zone: str | None


class DeliveryOption(Promised):
    """A plan of one or more parcels."""

    option_id: str | None
    shipments: list[Parcel]
    weight_grams: int


class ReasonOut(AnswerModel):
    """Why locations are not offered: how many of them, and the nearest."""

    method: Method
    reason: str
    count: int | None = None
    nearest_km: float | None = None
    missing: list[Missing] | None = None


class OptionsOut(AnswerModel):
    """What can be had."""

    pickup: list[PickupOption]
    delivery: list[DeliveryOption]
    reasons: list[ReasonOut]
    point_source: str
    precision_km: float | None
    zone: str | None


class ShipmentOut(AnswerModel):
    """What one location does for the order."""

    task_id: str
    location_id: str
    status: ShipmentStatus
    lines: list[LineOut]
    distance_km: float | None
    zone: str | None
    promise: Promised
    collect_until: Moment | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    refusal_reason: str | None = None


class PaymentOut(AnswerModel):
    """What is known of the money."""

    state: PaymentState
    kind: str
    amount_due: MoneyOut | None
    amount_received: MoneyOut | None


class HoldOut(AnswerModel):
    """Who asks why nothing happens with an order hears it here."""

    reason: str
    since: Moment
    note: str | None


class OrderOut(AnswerModel):
    """An order."""

    order_id: str
    channel: str
    method: Method
    status: OrderStatus
    lines: list[LineOut]
    missing: list[Missing]
    unfilled: list[Missing]
    shipments: list[ShipmentOut]
    payment: PaymentOut
    refund_required: bool
    created_at: Moment
    reservation_expires_at: Moment | None = None
    hold: HoldOut | None = None
    choices: list[dict[str, Any]] | None = None
    choose_until: Moment | None = None
    refusal: str | None = None


class ExtensionOut(OrderOut):
    """The order, and whether its deadline moved: at the limit it does not."""

    extended: bool


class TaskLine(LineOut):
    """A line with what staff need to find it. ``picked``: how many were found; null before anybody looked. ``aside``:
    units that stand aside and are to be put back.
    """

    picked: int | None
    aside: int
    name: dict[str, str] | None
    variant: str | None
    barcodes: list[str]
    image_url: str | None


class HandoverOut(AnswerModel):
    """Who came for a task. ``document`` null: the code was shown."""

    collector: str
    document: DocumentKind | None
    reason: str | None


class TaskOut(AnswerModel):
    """A store's task. What no order says by itself is in listings, not in the answers of steps: ``service``,
    ``code_locked``, ``doubtful`` (units of it were looked for in vain here, and nobody counted since), names, person.
    ``to_pay``: at the hand-over, also where nobody said how much (``amount_due`` null).
    """

    task_id: str
    order_id: str
    location_id: str
    method: Method
    status: ShipmentStatus
    due_at: Moment
    accepted_by: str | None
    lines: list[TaskLine]
    staging: str | None
    collect_until: Moment | None
    on_my_way_at: Moment | None
    amount_due: MoneyOut | None
    to_pay: bool
    put_back: bool
    waiting_for_customer: bool
    service: Literal["on_time", "at_risk", "late"] | None = None
    code_locked: bool | None = None
    doubtful: bool | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    customer_name: str | None = None
    handover: HandoverOut | None = None
    ship_to: dict[str, str] | None = None


class TasksOut(AnswerModel):
    """A page of the work list."""

    tasks: list[TaskOut]
    next_cursor: str | None


class LocationOut(BaseModel):
    """A location's document, as it was put, and its version."""

    model_config = ConfigDict(extra="allow")

    location_id: str
    version: int


class WarningOut(AnswerModel):
    """What is put all the same, and may be a mistake."""

    field: str
    code: str
    message: str


class PolicyOut(BaseModel):
    """A policy's document, as it was put, and its version. ``warnings`` are there when it is put."""

    model_config = ConfigDict(extra="allow")

    name: str
    version: int
    warnings: list[WarningOut] = []


class StockRowOut(AnswerModel):
    """A SKU at a location. ``doubtful``: units of it were looked for in vain, and nobody counted since. ``refusals``:
    how many tasks staff refused or picked short there for this SKU, ever.
    """

    location_id: str
    on_hand: int
    reserved: int
    blocked: int
    available: int
    observed_at: Moment | None
    doubtful: bool
    refusals: int


class StockOut(AnswerModel):
    """A SKU everywhere."""

    sku: str
    on_hand: int
    available: int
    locations: list[StockRowOut]


class CountOut(AnswerModel):
    """A count that is on its way to its shelf."""

    sku: str
    location_id: str
    on_hand: int
    observed_at: Moment


class HereOut(AnswerModel):
    """A shelf of one's own store."""

    on_hand: int
    reserved: int
    blocked: int
    available: int


class ElsewhereOut(AnswerModel):
    """A store nearby that has some."""

    location_id: str
    name: str
    distance_km: float | None
    available: int


class ShelfOut(AnswerModel):
    """A SKU here, and in the nearest stores that have it."""

    sku: str
    name: dict[str, str]
    variant: str
    here: HereOut
    doubtful: bool
    nearest: list[ElsewhereOut]


class AcceptedOut(AnswerModel):
    """How many messages were put on the queue."""

    accepted: int
