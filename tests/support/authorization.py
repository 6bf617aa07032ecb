"""Who may make which call, as one complete table: every route x everybody who might try. A route without a row fails.

A cell says what comes back: `in` (the handler got to what was asked), or the status, and the code where the answer has
one of ours. `401` and `403` alone are API Gateway's: the function never ran.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

IN = "in"
NO_SUCH_PLACE = "404 unknown_location"

# Tokens that API Gateway must not let through, and requests without one.
AT_THE_GATE = (
    "no token",
    "no token at all but text",
    "expired",
    "of another pool",
    "altered",
    "HS256 with the public key",
    "alg none",
)
SIGNED = ("signed with the wrong secret", "checkout", "operations")
# Tokens of our pool, which API Gateway lets through: what they may is the function's to say.
FOR_THE_FUNCTION = (
    "of another app",
    "access token",
    "in no group",
    "of another store",
    "picker",
    "supervisor",
    "operations person",
    "shared phone",
    "shared phone, with a stranger's PIN",
    "shared phone, held by a picker",
    "shared phone, held by a supervisor",
)
CALLERS = (*AT_THE_GATE, *SIGNED, *FOR_THE_FUNCTION)

Row = Mapping[str, str]

_NOBODY: Row = dict.fromkeys((*AT_THE_GATE, *SIGNED), "401")
STAFF_READ: Row = {
    **_NOBODY,
    **dict.fromkeys(FOR_THE_FUNCTION, IN),
    "of another app": NO_SUCH_PLACE,
    "access token": NO_SUCH_PLACE,
    "in no group": "403 role_required",
    "of another store": NO_SUCH_PLACE,
}
STAFF_STEP: Row = {
    **STAFF_READ,
    "shared phone": "403 pin_required",
    "shared phone, with a stranger's PIN": "403 pin_wrong",
}
SUPERVISOR: Row = {
    **STAFF_STEP,
    "picker": "403 supervisor_required",
    "shared phone, held by a picker": "403 supervisor_required",
}
OPERATIONS: Row = {**dict.fromkeys(CALLERS, "403"), "operations": IN}
CHECKOUT: Row = {**OPERATIONS, "checkout": IN}
ANYONE: Row = dict.fromkeys(CALLERS, IN)

MATRIX: Mapping[str, Row] = {
    "post_options": CHECKOUT,
    "post_orders": CHECKOUT,
    "get_orders_order_id": CHECKOUT,
    "post_orders_order_id_confirm": CHECKOUT,
    "post_orders_order_id_extend": CHECKOUT,
    "post_orders_order_id_cancel": CHECKOUT,
    "post_orders_order_id_hold": OPERATIONS,
    "post_orders_order_id_release": OPERATIONS,
    "get_orders_order_id_decisions": OPERATIONS,
    "get_locations_location_id_tasks": STAFF_READ,
    "get_locations_location_id_tasks_task_id": STAFF_READ,
    "post_locations_location_id_tasks_task_id_accept": STAFF_STEP,
    "post_locations_location_id_tasks_task_id_pick": STAFF_STEP,
    "post_locations_location_id_tasks_task_id_ready": STAFF_STEP,
    "post_locations_location_id_tasks_task_id_undo_ready": STAFF_STEP,
    "post_locations_location_id_tasks_task_id_collect": STAFF_STEP,
    "post_locations_location_id_tasks_task_id_hand_over": SUPERVISOR,
    "post_locations_location_id_tasks_task_id_unlock": SUPERVISOR,
    "post_locations_location_id_tasks_task_id_ship": STAFF_STEP,
    "post_locations_location_id_tasks_task_id_refuse": STAFF_STEP,
    "post_locations_location_id_tasks_task_id_put_back": STAFF_STEP,
    "post_locations_location_id_counts": STAFF_STEP,
    "get_locations_location_id_stock_code": STAFF_READ,
    "post_locations_location_id_orders": STAFF_STEP,
    "post_locations_location_id_pause": SUPERVISOR,
    "post_locations_location_id_resume": SUPERVISOR,
    "post_locations_location_id_capacity": SUPERVISOR,
    "post_sign_in": ANYONE,
    "get_locations_location_id_staff": STAFF_READ,
    "put_locations_location_id_staff_employee": SUPERVISOR,
    "post_locations_location_id_staff_employee_reset": SUPERVISOR,
    "delete_locations_location_id_staff_employee": SUPERVISOR,
    "get_locations_location_id": OPERATIONS,
    "put_locations_location_id": OPERATIONS,
    "get_policies_name": OPERATIONS,
    "put_policies_name": OPERATIONS,
    "get_webhooks_name": OPERATIONS,
    "put_webhooks_name": OPERATIONS,
    "post_decisions": OPERATIONS,
    "get_stock_sku": OPERATIONS,
    "post_stock_updates": OPERATIONS,
    "get_board": ANYONE,
    "get_board_file": ANYONE,
    "get_openapi_json": ANYONE,
    # Whoever has the link: nobody here has one.
    "get_c_token": ANYONE,
    "get_c_assets_file": ANYONE,
    "get_c_token_order": ANYONE,
    "post_c_token_choice": ANYONE,
    "post_c_token_on_my_way": ANYONE,
}

# What a request names that nobody may see the effect of: there is no such order, task, employee or link.
PATH = {
    "order_id": "nobody",
    "location_id": "senayan",
    "task_id": "nobody~1",
    "name": "default",
    "sku": "TEE-RED-M",
    "code": "TEE-RED-M",
    "employee": "nobody",
    "token": "nobody",
    "file": "nobody.js",
}
NO_BODY_OF_OURS = {"nonsense": True}  # every body refuses what it does not know, after the caller was let in
_GOT_TO_THE_HANDLER = (200, 409, 422)
_OF_THE_DOOR = ("unknown_location", "unknown_route")


def outcome(status: int, body: Any) -> str:
    """What an answer comes to, in the words of the table."""
    code = body.get("code") if isinstance(body, dict) else None
    if status in _GOT_TO_THE_HANDLER or (status == 404 and code not in _OF_THE_DOOR):
        return IN
    return f"{status} {code}" if code else str(status)
