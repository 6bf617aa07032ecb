"""API Gateway's proxy event in, its answer out; errors become RFC 9457 problems in this one place.

API Gateway has matched the route already: ``resource`` names it, so an operation is one look-up away.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ValidationError

from fulfillment.api.requests import digest, what_it_says
from fulfillment.application.check_pin import StaffDoor
from fulfillment.application.ports import Answer, Command
from fulfillment.domain.errors import FieldError, InvalidRequest, Malformed, NotFound, Refusal, Unavailable
from fulfillment.domain.names import require_names
from fulfillment.observability import Metric, count, logger

MAX_BODY_BYTES = 256 * 1024  # 50 lines with names and an address come to 30 KB
KEY_PATTERN = re.compile(r"[\x21-\x7e]{1,255}")
NO_NAMES = frozenset({"token", "file"})  # of a path: signed or from a list, so people who mistype get a page

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Request:
    """One call: who, what, and the raw body, which the operation parses into its own model. Calls of staff come in by
    a ``door``, which knows what to ask of their tokens.
    """

    caller: str
    body: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    claims: Mapping[str, Any]
    door: StaffDoor | None = None

    def parse(self, model: type[Model]) -> Model:
        """The body as this model. An empty body is an empty object. Raises pydantic's ValidationError."""
        return model.model_validate_json(self.body or "{}")

    def command(self, parsed: BaseModel) -> Command:
        """The command this call is: named by its caller and ``Idempotency-Key``; Malformed without a key.

        The route takes part in the fingerprint, so one key cannot serve two different calls.
        """
        key = self.headers.get("idempotency-key", "")
        if not KEY_PATTERN.fullmatch(key):
            raise Malformed(
                "idempotency_key_required", "Send an Idempotency-Key of 1 to 255 printable characters."
            )
        return Command(
            command_id=digest(f"{self.caller}#{key}")[:24],
            fingerprint=what_it_says(parsed, self.path),
            idempotency_key=f"{self.caller}#{key}",
        )


@dataclass(frozen=True)
class Document:
    """What is answered to a browser: a page or a file of one, and the headers that say how to treat it."""

    kind: str
    body: str
    headers: Mapping[str, str]
    status: int = 200


Operation = Callable[[Request], Any]  # answers an Answer, a Document, or a view for 200
Response = dict[str, Any]


def respond(
    event: Mapping[str, Any], operations: Mapping[str, Operation], door: StaffDoor | None = None
) -> Response:
    """Carry out the operation of this event, and answer: the view, the stored answer, or a problem."""
    count(Metric.REQUEST_ANSWERED)
    try:
        operation = operations.get(f"{event.get('httpMethod')} {event.get('resource')}")
        if operation is None:
            raise NotFound("unknown_route", "There is nothing here.")
        answer = operation(_request(event, door))
        if isinstance(answer, Answer):
            return _response(answer.status, answer.body)
        if isinstance(answer, Document):
            return _response(answer.status, answer.body, answer.kind, answer.headers)
        return _response(200, json.dumps(answer, ensure_ascii=False, separators=(",", ":")))
    except ValidationError as error:
        return _refused(_from_validation(error))
    except Refusal as refusal:
        return _refused(refusal)
    except (ClientError, BotoCoreError) as error:
        logger.exception("an AWS call failed", extra={"problem": str(error)})
        return _unavailable()
    except Unavailable as error:
        logger.error(str(error))
        return _unavailable()
    except Exception:  # noqa: BLE001 - the last door: a bug is recorded and answered as ours
        logger.exception("a bug")
        return _problem(500, "Our fault", "internal_error", "This is a fault of ours; it was recorded.")


def _request(event: Mapping[str, Any], door: StaffDoor | None) -> Request:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    context = event.get("requestContext") or {}
    claims = (context.get("authorizer") or {}).get("claims") or {}
    identity = context.get("identity") or {}
    return Request(
        caller=str(
            claims.get("sub") or _lasting(identity.get("userArn") or identity.get("caller") or "anonymous")
        ),
        body=_body(event, headers),
        path=_path(event),
        query=event.get("queryStringParameters") or {},
        headers=headers,
        claims=claims,
        door=door,
    )


def _path(event: Mapping[str, Any]) -> dict[str, str]:
    path = {name: unquote(value) for name, value in (event.get("pathParameters") or {}).items()}
    require_names({name: value for name, value in path.items() if name not in NO_NAMES})
    return path


def _lasting(arn: str) -> str:
    """The caller without its session: a role's retry may come from another session, and is still the same sender."""
    return arn.rsplit("/", 1)[0] if ":assumed-role/" in arn else arn


def _body(event: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    raw = event.get("body") or ""
    if not raw:
        return ""
    if headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Malformed("json_required", "Send the body as application/json.", status=415)
    try:
        data = base64.b64decode(raw, validate=True) if event.get("isBase64Encoded") else raw.encode()
        text = data.decode()
    except ValueError:
        raise Malformed("not_utf8", "The body is not UTF-8 text.") from None
    if len(data) > MAX_BODY_BYTES:
        raise Malformed("body_too_large", f"The body may have at most {MAX_BODY_BYTES} bytes.", status=413)
    return text


def _from_validation(error: ValidationError) -> Refusal:
    found = error.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return Malformed("invalid_json", f"The body is not JSON: {found[0]['msg']}.")
    errors = [FieldError(_field(e["loc"]), e["type"], e["msg"]) for e in found]
    told = f"{errors[0].field or 'the body'}: {errors[0].message}"
    return InvalidRequest("invalid_request", told, errors=errors)


def _field(path: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in path)


def _unavailable() -> Response:
    return _problem(503, "Busy, try again", "unavailable", "Something we need did not answer; try again.")


def _refused(refusal: Refusal) -> Response:
    count(Metric.REQUEST_REFUSED)
    logger.info("refused", extra={"code": refusal.code, "status": refusal.status})
    more: dict[str, Any] = dict(refusal.extra)
    if refusal.errors:
        more["errors"] = [{"field": e.field, "code": e.code, "message": e.message} for e in refusal.errors]
    return _problem(refusal.status, refusal.title, refusal.code, refusal.detail, more)


def _problem(
    status: int, title: str, code: str, detail: str, more: Mapping[str, Any] | None = None
) -> Response:
    body = {
        **(more or {}),  # first: RFC 9457's own members are never overwritten
        "type": f"urn:fulfillment:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    headers = {"Retry-After": "1"} if status == 503 else {}
    return _response(status, json.dumps(body, ensure_ascii=False), "application/problem+json", headers)


def _response(
    status: int, body: str, kind: str = "application/json", headers: Mapping[str, str] | None = None
) -> Response:
    return {
        "statusCode": status,
        "headers": {
            "Content-Type": kind,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
        "body": body,
        "isBase64Encoded": False,
    }
