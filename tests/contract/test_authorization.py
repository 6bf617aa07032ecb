"""The table of who may make which call has a row for every call and a cell for everybody."""

from __future__ import annotations

import pytest

from fulfillment.api.routes import ROUTES, Route
from tests.support.authorization import ANYONE, CALLERS, CHECKOUT, MATRIX, OPERATIONS

BY_SIGNATURE = {("checkout", "operations"): CHECKOUT, ("operations",): OPERATIONS, ("anyone",): ANYONE}


def test_the_table_is_complete(record_property: pytest.RecordProperty) -> None:
    assert MATRIX.keys() == {route.operation_id for route in ROUTES}
    assert {frozenset(row) for row in MATRIX.values()} == {frozenset(CALLERS)}
    cells = sum(len(row) for row in MATRIX.values())
    record_property("figure", f"Authorization: {len(MATRIX)} calls x {len(CALLERS)} callers, {cells} cells.")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
def test_the_table_says_of_each_call_what_the_routes_say(route: Route) -> None:
    row = MATRIX[route.operation_id]

    assert row == BY_SIGNATURE.get(route.callers, row)
    assert (row["checkout"] == "401") is (route.callers == ("staff",))
