"""The page that staff work with: ``GET /board`` and its files. Whatever it shows comes from the API, with a token."""

from __future__ import annotations

from typing import Any

from fulfillment import bootstrap
from fulfillment.api.gateway import Document, Request, Response, respond
from fulfillment.api.pages import page
from fulfillment.observability import logger, metrics


def shown(request: Request) -> Document:
    """The page itself."""
    return page(bootstrap.board_files()("index.html"), request.headers)


def file(request: Request) -> Document:
    """A file of it. Its worker lies in a folder beside the page and may still keep it for when the line is down."""
    found = bootstrap.board_files()(request.path["file"])
    return page(found, request.headers, {"Service-Worker-Allowed": "../board"})


OPERATIONS = {"GET /board": shown, "GET /board/{file}": file}


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Response:
    """API Gateway's entry."""
    return respond(event, OPERATIONS)
