"""The OpenAPI 3.1 document, made from the table of routes and the models; never written by hand."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from fulfillment.api.answers import Problem
from fulfillment.api.gateway import NO_NAMES
from fulfillment.api.routes import ROUTES, Route

_WORDS = {
    200: "Done before: the order as it is now",
    400: "Not a request this API can read",
    401: "Not signed in",
    403: "Not allowed",
    404: "No such thing, or not yours to see",
    409: "The world is different now",
    413: "Too large",
    415: "Not JSON",
    422: "Can never work as it stands; names the field",
    500: "A fault of ours",
    503: "Busy; send the same request again",
}
TRANSLATED = ("/c/{token}", "/c/{token}/order")
_SECURITY: dict[str, list[dict[str, list[str]]]] = {"staff": [{"staffIdToken": []}], "anyone": []}


@cache
def document() -> dict[str, Any]:
    """The document as plain JSON values, the same at every call."""
    models = {model for route in ROUTES for model in (route.body, route.answer) if model} | {Problem}
    named = sorted(models, key=lambda model: model.__name__)
    _, definitions = models_json_schema(
        [(model, "validation") for model in named], ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fulfillment router",
            "version": "1",
            "summary": "Click-and-collect and ship-from-store",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "awsSigV4": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "description": "AWS Signature Version 4 of an IAM caller with execute-api:Invoke.",
                    "x-amazon-apigateway-authtype": "awsSigv4",
                },
                "staffIdToken": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "description": "The Cognito id token of a staff member.",
                },
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    caller = route.callers[0]
    operation: dict[str, Any] = {
        "operationId": route.operation_id,
        "summary": route.summary,
        "tags": [route.function],
        "security": _SECURITY.get(caller, [{"awsSigV4": []}]),
        "responses": _responses(route),
    }
    if parameters := _parameters(route):
        operation["parameters"] = parameters
    if route.body:
        schema = {"$ref": f"#/components/schemas/{route.body.__name__}"}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    text = {"type": "string"}
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": text} for name in _in_path(route)
    ]
    if route.path.endswith("/tasks"):
        page = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
        found.append({"name": "limit", "in": "query", "schema": page})
        found.append({"name": "cursor", "in": "query", "schema": text})
    if route.path in TRANSLATED:
        found.append({"name": "lang", "in": "query", "schema": {"type": "string", "enum": ["id", "en"]}})
    if route.method == "POST" and not route.only_reads:
        key = {"type": "string", "minLength": 1, "maxLength": 255}
        found.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
    if route.callers == ("staff",) and route.method != "GET":
        found += [
            {"name": name, "in": "header", "description": told, "schema": text}
            for name, told in (
                ("X-Employee", "On a shared phone: the employee number of whoever holds it."),
                ("X-Pin", "On a shared phone: their PIN, of four digits."),
            )
        ]
    return found


def _in_path(route: Route) -> list[str]:
    return re.findall(r"{(\w+)}", route.path)


def _responses(route: Route) -> dict[str, Any]:
    unknown = {"type": "object"} if route.kind == "application/json" else {"type": "string"}
    schema = {"$ref": f"#/components/schemas/{route.answer.__name__}"} if route.answer else unknown
    answers: dict[str, Any] = {
        str(route.success): {
            "description": "Done",
            "content": {route.kind: {"schema": schema}},
        }
    }
    refusals = {500, 503, *route.problems}
    if route.body:
        refusals |= {400, 413, 415, 422}
    if set(_in_path(route)) - NO_NAMES:
        refusals |= {422}
    if route.callers != ("anyone",):
        refusals |= {401, 403}
    for status in sorted(refusals):
        content = {"application/json": {"schema": schema}} if status < 300 else _PROBLEM
        answers[str(status)] = {"description": _WORDS[status], "content": content}
    return answers


_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
