"""What happened, in past participles. Events carry ids, never a person's name, address, phone or code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

EventType = Literal[
    "OrderReserved",
    "ReservationExtended",
    "OrderConfirmed",
    "OrderPaid",
    "OrderHeld",
    "OrderReleased",
    "OrderCancelled",
    "OrderExpired",
    "OrderFulfilled",
    "OrderRerouted",
    "OrderUnfillable",
    "ChoiceRequired",
    "ChoiceReminded",
    "ChoiceMade",
    "CustomerOnTheWay",
    "RefundRequired",
    "TaskAccepted",
    "TaskPicked",
    "TaskPickedShort",
    "TaskReady",
    "TaskNotReady",
    "CodeRenewed",
    "TaskPutBack",
    "TaskCollected",
    "TaskShipped",
    "TaskRefused",
    "TaskReminded",
    "TaskOverdue",
    "TaskUncollected",
    "CollectReminded",
    "LocationPaused",
    "LocationResumed",
    "CapacitySet",
    "StockShortfall",
    "StockCorrected",
    "CapacityCorrected",
]


@dataclass(frozen=True)
class Event:
    """One thing that happened to one order (or shelf). ``event_id`` is the same however often it is told."""

    event_id: str
    type: EventType
    at: datetime
    order_id: str
    detail: Mapping[str, Any]
