"""Every call of the API: who may make it, what goes in and what comes out. The template and the OpenAPI document are
held against this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from fulfillment.api import answers, customer, people_bodies, requests, shop_floor_requests, task_requests
from fulfillment.api.decision_document import DecisionsOut, TrialIn, TrialOut
from fulfillment.api.location_document import LocationDoc
from fulfillment.api.policy_document import PolicyDoc
from fulfillment.api.store_requests import CapacityIn, OwnSettingsOut, PauseIn, ResumeIn
from fulfillment.api.webhook_document import WebhookDoc, WebhookOut

Caller = Literal["checkout", "operations", "staff", "anyone"]


@dataclass(frozen=True)
class Route:
    """One call. ``problems`` are the refusals it can answer besides those every call can.

    ``only_reads``: a POST that changes nothing, and so needs no Idempotency-Key. ``kind``: of the answer.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    function: str
    summary: str
    callers: tuple[Caller, ...]
    answer: type[BaseModel] | None
    body: type[BaseModel] | None = None
    success: int = 200
    problems: tuple[int, ...] = ()
    only_reads: bool = False
    kind: str = "application/json"

    @property
    def operation_id(self) -> str:
        """A name that is unique over the API."""
        words = [
            part.strip("{}").replace(".", "_").replace("-", "_") for part in self.path.strip("/").split("/")
        ]
        return "_".join([self.method.lower(), *(words[1:] if words[0] == "v1" else words)])


ORDER = "/v1/orders/{order_id}"
LOCATION = "/v1/locations/{location_id}"
TASKS = f"{LOCATION}/tasks"
TASK = f"{TASKS}/{{task_id}}"
LOCATION_STAFF = "/v1/locations/{location_id}/staff"
SHOP: tuple[Caller, ...] = ("checkout", "operations")
OPERATIONS: tuple[Caller, ...] = ("operations",)
STAFF: tuple[Caller, ...] = ("staff",)
ANYONE: tuple[Caller, ...] = ("anyone",)  # to the customer's page the link is the key
PAGE = "/c/{token}"

ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/v1/options",
        "options",
        "How can this basket reach this customer? Reads only.",
        SHOP,
        answers.OptionsOut,
        requests.OptionsIn,
        only_reads=True,
    ),
    Route(
        "POST",
        "/v1/orders",
        "orders",
        "Decide and reserve in one transaction.",
        SHOP,
        answers.OrderOut,
        requests.OrderIn,
        success=201,
        problems=(200, 409),
    ),
    Route("GET", ORDER, "orders", "State, shipments and choices.", SHOP, answers.OrderOut, problems=(404,)),
    Route(
        "POST",
        f"{ORDER}/confirm",
        "orders",
        "The payment was captured.",
        SHOP,
        answers.OrderOut,
        requests.ConfirmIn,
        problems=(404, 409),
    ),
    Route(
        "POST",
        f"{ORDER}/extend",
        "orders",
        "The customer is still at it: keep unpaid units longer, up to a limit.",
        SHOP,
        answers.ExtensionOut,
        requests.ExtendIn,
        problems=(404, 409),
    ),
    Route(
        "POST",
        f"{ORDER}/cancel",
        "orders",
        "Let go, whole or by line.",
        SHOP,
        answers.OrderOut,
        requests.CancelIn,
        problems=(404, 409),
    ),
    Route(
        "POST",
        f"{ORDER}/hold",
        "orders",
        "Stop an order; it keeps its units and places.",
        OPERATIONS,
        answers.OrderOut,
        requests.HoldIn,
        problems=(404, 409),
    ),
    Route(
        "POST",
        f"{ORDER}/release",
        "orders",
        "Let a held order go on.",
        OPERATIONS,
        answers.OrderOut,
        requests.ReleaseIn,
        problems=(404, 409),
    ),
    Route(
        "GET",
        f"{ORDER}/decisions",
        "admin",
        "Why an order is supplied from where it is, with what it costs.",
        OPERATIONS,
        DecisionsOut,
        problems=(404,),
    ),
    Route("GET", TASKS, "tasks", "Open tasks, most urgent first.", STAFF, answers.TasksOut, problems=(404,)),
    Route("GET", TASK, "tasks", "One task, as it is now.", STAFF, answers.TaskOut, problems=(404,)),
    *(
        Route("POST", f"{TASK}/{step}", "tasks", summary, STAFF, answers.TaskOut, body, problems=(404, 409))
        for step, summary, body in (
            ("accept", "Somebody takes the task.", task_requests.AcceptIn),
            ("pick", "Off the shelf, all or what was found.", task_requests.PickIn),
            ("ready", "Put aside for the customer, who is told.", task_requests.ReadyIn),
            ("undo-ready", "Not ready after all; the code dies.", task_requests.UndoReadyIn),
            ("collect", "Handed over against the code.", task_requests.CollectIn),
            ("hand-over", "Handed over without it, by a supervisor.", task_requests.HandOverIn),
            ("unlock", "Wrong codes are forgiven, by a supervisor.", task_requests.UnlockIn),
            ("ship", "The parcel left.", task_requests.ShipIn),
            ("refuse", "The store cannot; the order looks on elsewhere.", task_requests.RefuseIn),
            ("put-back", "What stood aside is on the shelf again.", task_requests.PutBackIn),
        )
    ),
    *(
        Route(
            "POST", f"{LOCATION}/{word}", "tasks", summary, STAFF, OwnSettingsOut, body, problems=(403, 404)
        )
        for word, summary, body in (
            ("pause", "The store takes no new orders; a supervisor says so.", PauseIn),
            ("resume", "The store takes orders again.", ResumeIn),
            ("capacity", "The store takes at most so many orders an hour.", CapacityIn),
        )
    ),
    Route(
        "POST",
        "/v1/sign-in",
        "sign_in",
        "An id token for an employee number and its password, limited by the user pool alone.",
        ANYONE,
        people_bodies.SignedInOut,
        people_bodies.SignInIn,
        problems=(401,),
        only_reads=True,
    ),
    Route(
        "POST",
        "/v1/locations/{location_id}/counts",
        "tasks",
        "Somebody counted a shelf.",
        STAFF,
        answers.CountOut,
        shop_floor_requests.CountIn,
        success=202,
        problems=(404,),
    ),
    Route(
        "GET",
        "/v1/locations/{location_id}/stock/{code}",
        "orders",
        "A SKU, or what has this barcode, here and nearby.",
        STAFF,
        answers.ShelfOut,
        problems=(404,),
    ),
    Route(
        "POST",
        "/v1/locations/{location_id}/orders",
        "orders",
        "Order for the customer who stands here; paid at the hand-over.",
        STAFF,
        answers.OrderOut,
        shop_floor_requests.StoreOrderIn,
        success=201,
        problems=(200, 404, 409),
    ),
    Route(
        "GET",
        LOCATION_STAFF,
        "staff",
        "Who works at the location.",
        STAFF,
        people_bodies.StaffOut,
        problems=(404,),
    ),
    Route(
        "PUT",
        f"{LOCATION_STAFF}/{{employee}}",
        "staff",
        "Set somebody who works there, with a new one-time password and PIN. Supervisors.",
        STAFF,
        people_bodies.NewSecretsOut,
        people_bodies.StaffIn,
        problems=(404,),
    ),
    Route(
        "POST",
        f"{LOCATION_STAFF}/{{employee}}/reset",
        "staff",
        "A new one-time password and PIN. Supervisors.",
        STAFF,
        people_bodies.NewSecretsOut,
        people_bodies.ResetIn,
        problems=(404,),
    ),
    Route(
        "DELETE",
        f"{LOCATION_STAFF}/{{employee}}",
        "staff",
        "Somebody works there no more; answers who does. Supervisors, and nobody themselves.",
        STAFF,
        people_bodies.StaffOut,
        problems=(404, 409),
    ),
    Route(
        "GET",
        LOCATION,
        "admin",
        "A location's document.",
        OPERATIONS,
        answers.LocationOut,
        problems=(404,),
    ),
    Route(
        "PUT",
        "/v1/locations/{location_id}",
        "admin",
        "Set a location.",
        OPERATIONS,
        answers.LocationOut,
        LocationDoc,
        problems=(409,),
    ),
    Route(
        "GET",
        "/v1/policies/{name}",
        "admin",
        "A policy's newest version.",
        OPERATIONS,
        answers.PolicyOut,
        problems=(404,),
    ),
    Route(
        "PUT",
        "/v1/policies/{name}",
        "admin",
        "Add a version of a policy.",
        OPERATIONS,
        answers.PolicyOut,
        PolicyDoc,
    ),
    Route(
        "GET",
        "/v1/webhooks/{name}",
        "admin",
        "Where a shop's system listens.",
        OPERATIONS,
        WebhookOut,
        problems=(404,),
    ),
    Route(
        "PUT",
        "/v1/webhooks/{name}",
        "admin",
        "Set where a shop's system listens; a new secret is shown once.",
        OPERATIONS,
        WebhookOut,
        WebhookDoc,
        problems=(409,),
    ),
    Route(
        "POST",
        "/v1/decisions",
        "admin",
        "Try a decision on live stock, with its reasons and costs. Reads only.",
        OPERATIONS,
        TrialOut,
        TrialIn,
        only_reads=True,
    ),
    Route(
        "GET",
        "/v1/stock/{sku}",
        "admin",
        "A SKU at every location.",
        OPERATIONS,
        answers.StockOut,
        problems=(404,),
    ),
    Route(
        "POST",
        "/v1/stock-updates",
        "admin",
        "Put stock messages on the feed's queue.",
        OPERATIONS,
        answers.AcceptedOut,
        requests.StockUpdatesIn,
    ),
    Route("GET", "/board", "board", "The page that staff work with.", ANYONE, None, kind="text/html"),
    Route(
        "GET", "/board/{file}", "board", "A file of that page.", ANYONE, None, problems=(404,), kind="text/*"
    ),
    Route("GET", "/v1/openapi.json", "admin", "This document.", ANYONE, None),
    Route("GET", PAGE, "customer", "The customer's page.", ANYONE, None, problems=(404,), kind="text/html"),
    Route(
        "GET",
        "/c/assets/{file}",
        "customer",
        "A style, script or picture of the page.",
        ANYONE,
        None,
        problems=(404,),
        kind="*/*",
    ),
    Route(
        "GET",
        f"{PAGE}/order",
        "customer",
        "What the page shows of the order.",
        ANYONE,
        customer.CustomerOrderOut,
        problems=(404,),
    ),
    Route(
        "POST",
        f"{PAGE}/choice",
        "customer",
        "The customer's choice after a refusal; 409 carries what can be chosen now.",
        ANYONE,
        customer.CustomerBrief,
        customer.ChoiceIn,
        problems=(404, 409),
    ),
    Route(
        "POST",
        f"{PAGE}/on-my-way",
        "customer",
        "The store hears that the customer set out.",
        ANYONE,
        customer.CustomerBrief,
        customer.OnMyWayIn,
        problems=(404, 409),
    ),
)
