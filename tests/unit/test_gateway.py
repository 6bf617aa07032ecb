"""An event in, an answer out; every error becomes one kind of problem document, here and nowhere else."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from pydantic import BaseModel, ConfigDict, Field, create_model

from fulfillment.api.gateway import MAX_BODY_BYTES, Request, Response, respond
from fulfillment.application.ports import Answer, Command
from fulfillment.domain.errors import Busy, InvalidRequest, NotFound, OutOfStock
from tests.support.functions import CHECKOUT, api_event

ROUTE = ("POST", "/v1/things/{id}")
PATH = {"id": "7"}


class Thing(BaseModel):
    """A body."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = "none"
    sizes: list[int] = Field(default=[])


class OtherThing(Thing):
    """A body of another operation."""


def answered(operation: Any, **event: Any) -> Response:
    sent = api_event(*ROUTE, path=PATH, **event)
    return respond(sent, {"POST /v1/things/{id}": operation})


def problem(response: Response, status: int, code: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(response["body"])
    assert (response["statusCode"], told["status"], told["code"]) == (status, status, code)
    assert told["type"] == f"urn:fulfillment:problem:{code}"
    assert told["title"]
    assert told["detail"]
    assert response["headers"]["Content-Type"] == "application/problem+json"
    return told


def parsed(request: Request) -> dict[str, Any]:
    return request.parse(Thing).model_dump()


# --- answers


def test_a_view_is_answered_with_200() -> None:
    response = answered(lambda request: {"name": "Jalan É"})

    assert (response["statusCode"], response["body"]) == (200, '{"name":"Jalan É"}')
    assert response["headers"] == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    assert response["isBase64Encoded"] is False


def test_a_stored_answer_is_given_byte_for_byte() -> None:
    response = answered(lambda request: Answer("f", 201, '{ "kept" : 1 }'))

    assert (response["statusCode"], response["body"]) == (201, '{ "kept" : 1 }')


def test_an_operation_sees_the_call() -> None:
    seen: list[Request] = []
    answered(seen.append, body={"a": 1}, query={"limit": "5"}, headers={"X-Thing": "y"})

    (request,) = seen
    assert (request.path, request.query, request.body) == ({"id": "7"}, {"limit": "5"}, '{"a": 1}')
    assert request.headers["x-thing"] == "y"
    assert (request.caller, request.claims) == (CHECKOUT, {})


def caller(identity: dict[str, Any], claims: dict[str, str] | None = None) -> str:
    event = api_event(*ROUTE, path=PATH)
    event["requestContext"] = {"identity": identity, "authorizer": {"claims": claims} if claims else None}
    seen: list[Request] = []
    respond(event, {"POST /v1/things/{id}": seen.append})
    return seen[0].caller


def test_a_caller_is_the_person_of_the_token_or_the_signer_of_the_call() -> None:
    assert caller({"userArn": "arn:x"}, {"sub": "person"}) == "person"
    assert caller({"userArn": "arn:x", "caller": "AIDA"}) == "arn:x"
    assert caller({"caller": "AIDA"}) == "AIDA"
    assert caller({}) == "anonymous"


def test_an_event_with_nothing_in_it_is_no_route() -> None:
    problem(respond({}, {}), 404, "unknown_route")


def test_an_event_with_nothing_but_its_route_is_served() -> None:
    event = {"httpMethod": "POST", "resource": "/v1/things/{id}"}

    assert respond(event, {"POST /v1/things/{id}": parsed})["statusCode"] == 200


def test_a_route_of_another_function_is_not_found() -> None:
    problem(
        respond(api_event("GET", "/v1/things/{id}", path=PATH), {"POST /v1/things/{id}": parsed}),
        404,
        "unknown_route",
    )


# --- bodies


def test_an_empty_body_is_an_empty_object() -> None:
    assert json.loads(answered(parsed)["body"]) == {"name": "none", "sizes": []}


def test_a_body_may_come_in_base64() -> None:
    event = api_event(*ROUTE, path=PATH, body=base64.b64encode('{"name": "é"}'.encode()).decode())
    event["isBase64Encoded"] = True

    assert json.loads(respond(event, {"POST /v1/things/{id}": parsed})["body"])["name"] == "é"


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_json_however_it_is_written(kind: str) -> None:
    assert answered(parsed, body={}, headers={"Content-Type": kind})["statusCode"] == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "", "application/jsonx", "multipart/form-data"]
)
def test_another_content_type_is_415(kind: str) -> None:
    problem(answered(parsed, body={}, headers={"Content-Type": kind}), 415, "json_required")


def test_a_body_without_a_content_type_is_415() -> None:
    event = api_event(*ROUTE, path=PATH, body={})
    event["headers"] = None

    problem(respond(event, {"POST /v1/things/{id}": parsed}), 415, "json_required")


@pytest.mark.parametrize(
    "body", ['{"name": "trunc', "{", "{]", "not json", '{"name": "a"} {}', "\x00", '{"name": "\\ud800"}']
)
def test_truncated_or_broken_json_is_400(body: str) -> None:
    problem(answered(parsed, body=body), 400, "invalid_json")


@pytest.mark.parametrize("body", ["[]", "1", '"text"', "null", "true"])
def test_json_that_is_no_object_is_422(body: str) -> None:
    problem(answered(parsed, body=body), 422, "invalid_request")


@pytest.mark.parametrize(
    "raw", [base64.b64encode(b"\xff\xfe").decode(), "not base64!", "YQ"], ids=["no text", "no base64", "cut"]
)
def test_bytes_that_are_no_text_are_400(raw: str) -> None:
    event = api_event(*ROUTE, path=PATH, body=raw)
    event["isBase64Encoded"] = True

    problem(respond(event, {"POST /v1/things/{id}": parsed}), 400, "not_utf8")


def test_a_body_over_the_limit_is_413() -> None:
    room = MAX_BODY_BYTES - len('{"name":""}')

    fits = answered(parsed, body='{"name":"' + "x" * room + '"}')
    over = answered(parsed, body='{"name":"' + "x" * (room + 1) + '"}')

    assert fits["statusCode"] == 200
    assert str(MAX_BODY_BYTES) in problem(over, 413, "body_too_large")["detail"]


def test_the_limit_is_of_bytes_and_not_of_characters() -> None:
    problem(answered(parsed, body='{"name":"' + "é" * (MAX_BODY_BYTES // 2) + '"}'), 413, "body_too_large")


def test_every_field_that_is_wrong_is_named() -> None:
    told = problem(answered(parsed, body={"name": 7, "sizes": [1, "2"], "extra": 1}), 422, "invalid_request")

    assert {(e["field"], e["code"]) for e in told["errors"]} == {
        ("name", "string_type"),
        ("sizes.1", "int_type"),
        ("extra", "extra_forbidden"),
    }
    first = told["errors"][0]
    assert told["detail"] == f"{first['field']}: {first['message']}"


def test_what_was_sent_is_not_repeated_in_a_problem() -> None:
    response = answered(parsed, body={"name": ["Dewi 081234567890"]})

    assert "Dewi" not in response["body"]


# --- refusals, trouble, bugs


def refusing(error: Exception) -> Any:
    def operation(request: Request) -> Any:
        raise error

    return operation


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("unknown_order", "No."), 404),
        (OutOfStock("out_of_stock", "No."), 409),
        (Busy("busy", "No."), 503),
    ],
)
def test_a_refusal_is_told_with_its_status(error: Exception, status: int) -> None:
    problem(answered(refusing(error)), status, error.code)  # type: ignore[attr-defined]


def test_a_refusal_brings_what_the_caller_needs_next() -> None:
    told = problem(
        answered(refusing(OutOfStock("out_of_stock", "No.", extra={"left": [1]}))), 409, "out_of_stock"
    )

    assert told["left"] == [1]
    assert "errors" not in told


def test_a_refused_field_is_named() -> None:
    told = problem(
        answered(refusing(InvalidRequest.of("lines.0.sku", "unknown_sku", "No."))), 422, "unknown_sku"
    )

    assert told["errors"] == [{"field": "lines.0.sku", "code": "unknown_sku", "message": "No."}]


@pytest.mark.parametrize(
    "error",
    [
        ClientError(
            {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "secret table"}}, "Query"
        ),
        ConnectTimeoutError(endpoint_url="https://secret"),
    ],
)
def test_trouble_outside_is_busy_and_tells_no_secret(error: Exception) -> None:
    response = answered(refusing(error))

    problem(response, 503, "unavailable")
    assert response["headers"]["Retry-After"] == "1"
    assert "secret" not in response["body"]


def test_only_busy_asks_to_come_again() -> None:
    assert "Retry-After" in answered(refusing(Busy("busy", "No.")))["headers"]
    assert "Retry-After" not in answered(refusing(NotFound("x", "No.")))["headers"]


@pytest.mark.parametrize(
    "error", [AssertionError("a secret"), KeyError("a secret"), ZeroDivisionError("a secret")]
)
def test_a_bug_is_500_and_says_nothing_of_itself(error: Exception) -> None:
    response = answered(refusing(error))

    problem(response, 500, "internal_error")
    assert "secret" not in response["body"]


# --- commands


def command(body: Any = None, key: str | None = "key", model: type[Thing] = Thing, **event: Any) -> Command:
    found: list[Command] = []
    headers = {} if key is None else {"idempotency-KEY": key}
    sent = {"path": PATH, "headers": headers} | event
    response = respond(
        api_event(*ROUTE, body=body, **sent),
        {"POST /v1/things/{id}": lambda request: found.append(request.command(request.parse(model)))},
    )
    assert response["statusCode"] == 200, response
    return found[0]


@pytest.mark.parametrize("key", [None, "", " ", "two words", "é", "x" * 256, "line\n", "\t"])
def test_a_missing_or_unreadable_key_is_400(key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}

    response = answered(lambda request: request.command(request.parse(Thing)), headers=headers)

    problem(response, 400, "idempotency_key_required")


@pytest.mark.parametrize("key", ["k", "x" * 255, "550e8400-e29b-41d4-a716-446655440000", "!~"])
def test_any_printable_key_will_do(key: str) -> None:
    assert command(key=key).idempotency_key == f"{CHECKOUT}#{key}"


def test_a_field_that_is_added_later_does_not_make_a_retry_another_request() -> None:
    longer = create_model("Thing", __base__=Thing, colour=(str | None, None))

    assert command({"name": "a"}, model=longer) == command({"name": "a"})


@pytest.mark.parametrize("sent", ["pos:A-1~1", "pos%3AA-1~1", "pos%3aA-1%7E1"])
def test_an_id_in_the_path_may_be_written_with_percent_signs(sent: str) -> None:
    # REST APIs hand the path on as it was sent, and who signs a request writes ':' and '/' with percent signs
    response = respond(
        api_event(*ROUTE, path={"id": sent}), {"POST /v1/things/{id}": lambda request: dict(request.path)}
    )

    assert json.loads(response["body"]) == {"id": "pos:A-1~1"}


def test_the_same_call_is_the_same_command() -> None:
    assert command({"name": "a", "sizes": [1]}) == command('{"sizes":[1],  "name":"a"}')


def test_what_is_said_by_default_is_said() -> None:
    assert command({"name": "none"}) == command({}) == command(None)


def test_another_body_operation_or_thing_is_another_request_under_the_same_key() -> None:
    said = [command(), command({"name": "b"}), command(model=OtherThing), command(path={"id": "8"})]

    assert len({c.fingerprint for c in said}) == 4
    assert len({c.command_id for c in said}) == 1


def test_two_callers_may_use_the_same_key() -> None:
    ours, theirs = command(), command(caller="arn:aws:iam::123456789012:user/marketplace")

    assert ours.command_id != theirs.command_id
    assert ours.idempotency_key != theirs.idempotency_key


def test_a_role_is_the_same_sender_in_every_session() -> None:
    first = caller({"userArn": "arn:aws:sts::1:assumed-role/Checkout/session-1"})
    assert first == caller({"userArn": "arn:aws:sts::1:assumed-role/Checkout/session-2"})
    assert first != caller({"userArn": "arn:aws:sts::1:assumed-role/Operations/session-1"})
