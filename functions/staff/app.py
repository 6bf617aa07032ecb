"""Who works at a location: ``/v1/locations/{location_id}/staff``."""

from __future__ import annotations

from typing import Any

from fulfillment import bootstrap
from fulfillment.api.gateway import Request, Response, respond
from fulfillment.api.people_bodies import ResetIn, StaffIn
from fulfillment.api.staff import location_of, supervisor_of
from fulfillment.application.views import View
from fulfillment.domain.people import Employee, folded
from fulfillment.observability import logger, metrics


def listed(request: Request) -> View:
    """The names beside the PIN."""
    _, location_id = location_of(request)
    return bootstrap.employ_staff().list(location_id)


def put(request: Request) -> View:
    """Set somebody, with new secrets."""
    supervisor, location_id = supervisor_of(request)
    said = request.parse(StaffIn)
    who = Employee(folded(request.path["employee"]), said.name.strip(), said.role)
    answer = bootstrap.employ_staff().put(who, location_id, supervisor.locations)
    logger.info("staff set", extra={"employee": who.employee, "role": who.role, "by": supervisor.name})
    return answer


def reset(request: Request) -> View:
    """New secrets for who lost theirs. The key is required of every POST that changes something, and keeps nothing."""
    supervisor, location_id = supervisor_of(request)
    request.command(request.parse(ResetIn))
    employee = folded(request.path["employee"])
    answer = bootstrap.employ_staff().reset(employee, location_id, supervisor.locations)
    logger.info("staff reset", extra={"employee": employee, "by": supervisor.name})
    return answer


def let_go(request: Request) -> View:
    """Somebody leaves the location; answers who is left there."""
    supervisor, location_id = supervisor_of(request)
    employee = folded(request.path["employee"])
    answer = bootstrap.employ_staff().let_go(employee, location_id, supervisor.locations, by=supervisor.name)
    logger.info("staff let go", extra={"employee": employee, "by": supervisor.name})
    return answer


STAFF = "/v1/locations/{location_id}/staff"
OPERATIONS = {
    f"GET {STAFF}": listed,
    f"PUT {STAFF}/{{employee}}": put,
    f"POST {STAFF}/{{employee}}/reset": reset,
    f"DELETE {STAFF}/{{employee}}": let_go,
}


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Response:
    """API Gateway's entry."""
    return respond(event, OPERATIONS, bootstrap.staff_door())
