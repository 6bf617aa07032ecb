"""Who a staff member is: only what the verified token says."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from fulfillment.api.gateway import Request
from fulfillment.api.staff import MAX_PAGE, cursor_of, location_of, page_of, staff, step_of
from fulfillment.application.work_tasks import TaskStep
from fulfillment.domain.errors import InvalidRequest, NotFound
from tests.support.functions import staff_claims


def a_request(
    claims: dict[str, str] | None = None, query: dict[str, str] | None = None, **path: str
) -> Request:
    return Request("sub", "", path, query or {}, {}, staff_claims("senayan") if claims is None else claims)


@pytest.mark.parametrize(
    ("named", "locations"),
    [
        ("senayan", {"senayan"}),
        ("senayan,kota", {"senayan", "kota"}),
        (" senayan , kota ,", {"senayan", "kota"}),
        ("", set()),
        (",", set()),
    ],
)
def test_a_person_has_the_locations_of_the_token(named: str, locations: set[str]) -> None:
    person = staff(staff_claims() | {"custom:locations": named})

    assert (person.name, person.locations) == ("budi", locations)


def test_a_person_without_a_name_is_known_by_the_subject() -> None:
    assert staff({"token_use": "id", "sub": "s"}).name == "s"
    assert staff({"token_use": "id"}).name == ""


@pytest.mark.parametrize(
    "claims", [{}, staff_claims("senayan", token_use="access"), {"custom:locations": "senayan"}]
)
def test_a_token_that_is_no_id_token_opens_nothing(claims: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        location_of(a_request(claims, location_id="senayan"))


@pytest.mark.parametrize("location_id", ["kota", "", "SENAYAN", "senayan,kota", "sen"])
def test_a_path_that_names_another_location_is_not_found(location_id: str) -> None:
    with pytest.raises(NotFound) as refusal:
        location_of(a_request(location_id=location_id))

    assert refusal.value.code == "unknown_location"


def test_a_request_without_a_location_is_not_found_even_for_a_person_without_any() -> None:
    with pytest.raises(NotFound):
        location_of(a_request(staff_claims("")))


def test_a_step_is_of_the_persons_own_location() -> None:
    assert step_of(a_request(location_id="senayan", task_id="A-1~1")) == TaskStep("senayan", "A-1~1", "budi")


AFTER = {"order_id": "A-1", "sk": "SHIPMENT#0001", "work_location": "senayan", "work_due": "2026#A-1~1"}


@pytest.mark.parametrize(("said", "limit"), [(None, 50), ("1", 1), ("100", MAX_PAGE)])
def test_a_page_has_a_size(said: str | None, limit: int) -> None:
    query = {} if said is None else {"limit": said}

    assert page_of(a_request(query=query), "senayan") == (limit, None)


@pytest.mark.parametrize("said", ["0", "101", "-1", "1.5", "ten", "", "\u0661", "1e1", " 5", "9" * 5000])
def test_a_page_of_another_size_is_refused(said: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        page_of(a_request(query={"limit": said}), "senayan")

    assert refusal.value.errors[0].field == "limit"


def test_the_next_page_begins_where_the_last_one_ended() -> None:
    cursor = cursor_of(AFTER)

    assert cursor is not None
    assert page_of(a_request(query={"cursor": cursor}), "senayan") == (50, AFTER)
    assert cursor_of(None) is None


def a_cursor(of: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(of).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!!",
        "\u00e9",
        base64.urlsafe_b64encode(b"{").decode(),
        base64.urlsafe_b64encode(b"\xff").decode(),
        base64.urlsafe_b64encode(b"[" * 7000).decode(),
        a_cursor([]),
        a_cursor(7),
        a_cursor(None),
        a_cursor("text"),
        a_cursor(sorted(AFTER)),
        a_cursor({}),
        a_cursor(AFTER | {"more": "x"}),
        a_cursor(AFTER | {"sk": 1}),
        a_cursor(AFTER | {"work_location": "kota"}),
    ],
)
def test_a_cursor_of_something_else_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        page_of(a_request(query={"cursor": cursor}), "senayan")

    assert refusal.value.errors[0].field == "cursor"
