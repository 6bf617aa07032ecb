"""Staff sign in: ``POST /v1/sign-in``. The user pool counts wrong passwords; nothing of ours limits the calls."""

from __future__ import annotations

from typing import Any

from fulfillment import bootstrap
from fulfillment.api.gateway import Request, Response, respond
from fulfillment.api.people_bodies import SignInIn
from fulfillment.application.views import View
from fulfillment.observability import logger, metrics


def sign_in(request: Request) -> View:
    """An id token for a number and its password."""
    said = request.parse(SignInIn)
    return bootstrap.sign_in()(said.username, said.password, said.new_password)


OPERATIONS = {"POST /v1/sign-in": sign_in}


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Response:
    """API Gateway's entry."""
    return respond(event, OPERATIONS)
