"""The handlers, imported as Lambda does it, and events as API Gateway, SQS and the stream send them."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from tests.support.template import ROOT

CONTEXT = SimpleNamespace(
    function_name="test",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:ap-southeast-3:123456789012:function:test",
    aws_request_id="00000000-0000-0000-0000-000000000000",
    get_remaining_time_in_millis=lambda: 15_000,
)
STAFF_CLIENT = "StaffClient"  # as events/env.json names it
CHECKOUT = "arn:aws:iam::123456789012:user/checkout"


@cache
def handler(name: str) -> Callable[[Any, Any], Any]:
    """The handler of ``functions/<name>/app.py``."""
    spec = importlib.util.spec_from_file_location(
        f"functions_{name}_app", ROOT / "functions" / name / "app.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    found: Callable[[Any, Any], Any] = module.handler
    return found


def api_event(
    method: str,
    resource: str,
    *,
    body: Any = None,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    caller: str = CHECKOUT,
    claims: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A REST API proxy event. A ``body`` that is text is sent as it is."""
    sent = body if isinstance(body, str) or body is None else json.dumps(body)
    default_headers = {"Content-Type": "application/json"} if sent is not None else {}
    context: dict[str, Any] = {"identity": {"userArn": None if claims else caller}, "requestId": "r"}
    if claims:
        context["authorizer"] = {"claims": dict(claims)}
    return {
        "httpMethod": method,
        "resource": resource,
        "path": resource.format(**(path or {})),
        "pathParameters": dict(path or {}) or None,
        "queryStringParameters": dict(query or {}) or None,
        "headers": default_headers | dict(headers or {}),
        "body": sent,
        "isBase64Encoded": False,
        "requestContext": context,
    }


def sqs_event(bodies: Sequence[str]) -> dict[str, Any]:
    """An SQS batch; message ids are ``m0``, ``m1``, ..."""
    return {
        "Records": [
            {
                "messageId": f"m{n}",
                "receiptHandle": f"r{n}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:ap-southeast-3:123456789012:queue",
                "awsRegion": "ap-southeast-3",
            }
            for n, body in enumerate(bodies)
        ]
    }


def stream_event(images: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A batch of the Orders table's stream: new images, sequence numbers ``1``, ``2``, ..."""
    return {
        "Records": [
            {
                "eventID": f"e{n}",
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "awsRegion": "ap-southeast-3",
                "eventSourceARN": "arn:aws:dynamodb:ap-southeast-3:123456789012:table/Orders/stream/1",
                "dynamodb": {
                    "Keys": {"order_id": image["order_id"], "sk": image["sk"]},
                    "NewImage": dict(image),
                    "SequenceNumber": str(n),
                    "StreamViewType": "NEW_IMAGE",
                },
            }
            for n, image in enumerate(images, start=1)
        ]
    }


def staff_claims(*locations: str, name: str = "budi", **more: str) -> dict[str, str]:
    """The claims of an id token."""
    return {
        "sub": f"sub-{name}",
        "cognito:username": name,
        "token_use": "id",
        "aud": STAFF_CLIENT,
        "custom:locations": ",".join(locations),
        "cognito:groups": "picker",
        **more,
    }
