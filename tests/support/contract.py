"""Every answer a test sees is held against what the API says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Any

from fulfillment.api.answers import Problem
from fulfillment.api.routes import ROUTES

ROUTE_BY_CALL = {(route.method, route.path): route for route in ROUTES}
ANY_CALL_MAY_ANSWER = frozenset({400, 413, 415, 422, 503})


def require_described(method: str, resource: str, answer: Mapping[str, Any]) -> None:
    """AssertionError or pydantic's ValidationError when the answer is not one of its route's."""
    status, kind = answer["statusCode"], answer["headers"]["Content-Type"]
    route = ROUTE_BY_CALL.get((method, resource))
    is_page = route is not None and route.kind == "text/html" and kind.startswith("text/html")
    if status >= 400 and not is_page:  # a person who comes to a page is told in a page
        problem = Problem.model_validate_json(answer["body"], strict=True)
        assert kind == "application/problem+json", answer
        assert problem.status == status, answer
        assert problem.type == f"urn:fulfillment:problem:{problem.code}", answer
        assert problem.title, answer
        assert problem.detail, answer
        possible = ANY_CALL_MAY_ANSWER | set(route.problems if route else (404,))
        if route and "staff" in route.callers:
            possible |= {403}  # a role that may not, or a shared phone without its PIN
        assert status in possible, (method, resource, answer)
        return
    assert route is not None, (method, resource)
    assert fnmatch(kind.partition(";")[0], route.kind), answer
    assert status in (route.success, *route.problems), answer
    if route.answer:
        route.answer.model_validate_json(answer["body"], strict=True)
    else:
        assert answer["body"]
