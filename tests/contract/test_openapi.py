"""The API's description of itself: valid, complete, and the same as what the functions do."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from fulfillment.api.answers import Problem
from fulfillment.api.openapi import document
from fulfillment.api.routes import ROUTES, Route
from fulfillment.cli.main import main
from tests.support.functions import handler
from tests.support.template import ROOT

KEPT = ROOT / "tests" / "contract" / "openapi.json"
API_FUNCTIONS = ("options", "orders", "tasks", "sign_in", "staff", "board", "customer", "admin")


def served_by(function: str) -> set[str]:
    """The calls that a function has an operation for."""
    handler(function)
    operations: Mapping[str, Any] = sys.modules[f"functions_{function}_app"].OPERATIONS
    return set(operations)


def the_operation(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = document()["paths"][route.path][route.method.lower()]
    return found


def by_name(route: Route) -> str:
    return route.operation_id


PIN_HEADERS = ("X-Employee", "X-Pin")
each_route = pytest.mark.parametrize("route", ROUTES, ids=by_name)


def test_the_document_is_valid_openapi() -> None:
    assert list(OpenAPIV31SpecValidator(document()).iter_errors()) == []


def test_the_kept_copy_is_not_out_of_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi", "--check", str(KEPT)]) == 0
    assert capsys.readouterr().err == ""


def test_a_copy_that_is_out_of_date_is_told_with_its_remedy(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "openapi.json"

    missing = main(["openapi", "--check", str(copy)])
    written = main(["openapi", "--write", str(copy)])
    right = main(["openapi", "--check", str(copy)])
    copy.write_text(copy.read_text().replace("3.1.0", "3.0.0"))
    wrong = main(["openapi", "--check", str(copy)])

    assert (missing, written, right, wrong) == (1, 0, 0, 1)
    assert f"run 'fulfillment openapi --write {copy}'" in capsys.readouterr().err


def test_the_document_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(KEPT.read_text()) == document()


@pytest.mark.parametrize("function", API_FUNCTIONS)
def test_a_function_serves_its_routes_and_no_others(function: str) -> None:
    assert served_by(function) == {f"{r.method} {r.path}" for r in ROUTES if r.function == function}


def test_no_route_is_without_a_function() -> None:
    assert {route.function for route in ROUTES} == set(API_FUNCTIONS)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    assert len({route.operation_id for route in ROUTES}) == len(ROUTES)


@each_route
def test_every_word_in_braces_is_a_parameter(route: Route) -> None:
    parameters = the_operation(route).get("parameters", [])

    in_path = [p["name"] for p in parameters if p["in"] == "path"]
    assert in_path == re.findall(r"{(\w+)}", route.path)


@each_route
def test_every_change_asks_for_its_key(route: Route) -> None:
    headers = [p["name"] for p in the_operation(route).get("parameters", []) if p["in"] == "header"]

    changes = route.method == "POST" and route.path not in ("/v1/options", "/v1/decisions", "/v1/sign-in")
    assert [name for name in headers if name not in PIN_HEADERS] == (["Idempotency-Key"] if changes else [])


@each_route
def test_what_changes_something_in_a_store_may_say_who_holds_the_phone(route: Route) -> None:
    parameters = the_operation(route).get("parameters", [])

    found = [p["name"] for p in parameters if p["name"] in PIN_HEADERS and not p.get("required")]
    asked = route.callers == ("staff",) and route.method != "GET"
    assert found == (list(PIN_HEADERS) if asked else [])


@each_route
def test_every_body_and_answer_is_described(route: Route) -> None:
    schemas, operation = document()["components"]["schemas"], the_operation(route)

    assert ("requestBody" in operation) is (route.body is not None)
    assert (route.body is None) or route.body.__name__ in schemas
    assert (route.answer is None) or route.answer.__name__ in schemas
    assert str(route.success) in operation["responses"]


@each_route
def test_every_refusal_is_a_problem_document(route: Route) -> None:
    responses = the_operation(route)["responses"]

    refusals = {status: answer for status, answer in responses.items() if int(status) >= 400}
    assert {"500", "503"} <= set(refusals)
    assert all(list(answer["content"]) == ["application/problem+json"] for answer in refusals.values())
    assert all(str(status) in responses for status in route.problems)


@each_route
def test_who_may_call_is_said(route: Route) -> None:
    expected = {"staff": [{"staffIdToken": []}], "anyone": []}.get(route.callers[0], [{"awsSigV4": []}])

    assert the_operation(route)["security"] == expected
    asked = route.callers != ("anyone",) or 401 in route.problems
    assert ("401" in the_operation(route)["responses"]) is asked


def test_bodies_refuse_what_they_do_not_know_in_the_document_too() -> None:
    schemas = document()["components"]["schemas"]

    bodies = [route.body.__name__ for route in ROUTES if route.body]
    assert [name for name in bodies if schemas[name].get("additionalProperties") is not False] == []


def test_a_problem_names_its_fields() -> None:
    problem = {"type": "urn:x", "title": "t", "status": 422, "detail": "d", "code": "c"}

    assert Problem.model_validate({**problem, "left": []}).model_extra == {"left": []}
