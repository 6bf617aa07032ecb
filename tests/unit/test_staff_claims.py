"""Who a staff member is: only what the verified token says, and on a shared phone the PIN."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from fulfillment.api.gateway import Request
from fulfillment.api.staff import (
    MAX_PAGE,
    Staff,
    actor_of,
    cursor_of,
    location_of,
    page_of,
    staff,
    step_of,
    supervisor_of,
    supervisor_step_of,
)
from fulfillment.application.check_pin import StaffDoor
from fulfillment.application.work_tasks import TaskStep
from fulfillment.domain.errors import Forbidden, InvalidRequest, NotFound
from fulfillment.domain.people import Employee
from tests.support.functions import STAFF_CLIENT, staff_claims

WITH_PIN = {"x-employee": "1042", "x-pin": "4821"}


def the_only_pin(location_id: str, employee: str, pin: str) -> Employee:
    """Siti, a supervisor, is the only one with a PIN."""
    if (location_id, employee, pin) != ("senayan", "1042", "4821"):
        raise Forbidden("pin_wrong", "No.")
    return Employee("1042", "Siti", "supervisor")


DOOR = StaffDoor(STAFF_CLIENT, the_only_pin)


def a_request(
    claims: dict[str, Any] | None = None,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    **path: str,
) -> Request:
    claims = staff_claims("senayan") if claims is None else claims
    return Request("sub", "", path, query or {}, headers or {}, claims, DOOR)


def in_groups(groups: Any) -> dict[str, Any]:
    return staff_claims("senayan") | {"cognito:groups": groups}


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
    person = staff(a_request(staff_claims() | {"custom:locations": named}))

    assert person == Staff("budi", "picker", frozenset(locations))


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ("picker", "picker"),
        ("[picker supervisor]", "supervisor"),
        ("picker,supervisor", "supervisor"),
        (["operations", "picker"], "operations"),
        ("buyers picker", "picker"),
        # What is shared acts as nobody by itself, whatever else it was put into
        ("[supervisor device]", "device"),
    ],
)
def test_a_role_is_the_strongest_group_of_ours(groups: Any, role: str) -> None:
    assert staff(a_request(in_groups(groups))).role == role


@pytest.mark.parametrize("groups", [None, "", "[]", [], "pickers", "super visor"])
def test_who_is_in_no_group_of_ours_may_nothing(groups: Any) -> None:
    with pytest.raises(Forbidden) as refusal:
        location_of(a_request(in_groups(groups), location_id="senayan"))

    assert refusal.value.code == "role_required"


def test_a_person_without_a_name_is_known_by_the_subject() -> None:
    nameless = staff_claims("senayan", name="") | {"sub": "s"}

    assert staff(a_request(nameless)).name == "s"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        staff_claims("senayan", token_use="access"),
        staff_claims("senayan", aud="another-app"),
        staff_claims("senayan", aud=""),
        {"custom:locations": "senayan", "cognito:groups": "picker"},
    ],
)
def test_a_token_that_is_no_id_token_of_ours_opens_nothing(claims: dict[str, str]) -> None:
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


# --- on a shared phone


def on_the_phone(headers: dict[str, str], location_id: str = "senayan") -> Request:
    claims = staff_claims("senayan", name="senayan-phone") | {"cognito:groups": "device"}
    return a_request(claims, headers=headers, location_id=location_id, task_id="A-1~1")


def test_a_step_on_a_shared_phone_is_taken_by_who_holds_it_with_that_persons_role() -> None:
    assert step_of(on_the_phone(WITH_PIN)) == TaskStep("senayan", "A-1~1", "1042")
    assert supervisor_step_of(on_the_phone(WITH_PIN)).by == "1042"
    assert actor_of(on_the_phone(WITH_PIN))[0] == Staff("1042", "supervisor", frozenset({"senayan"}))


def test_a_shared_phone_reads_without_a_pin() -> None:
    assert location_of(on_the_phone({}))[1] == "senayan"


@pytest.mark.parametrize("headers", [{}, {"x-employee": "1042"}, {"x-pin": "4821"}, WITH_PIN | {"x-pin": ""}])
def test_a_step_on_a_shared_phone_needs_number_and_pin(headers: dict[str, str]) -> None:
    with pytest.raises(Forbidden) as refusal:
        step_of(on_the_phone(headers))

    assert refusal.value.code == "pin_required"


def test_at_another_location_a_pin_is_not_even_looked_at() -> None:
    with pytest.raises(NotFound):
        step_of(on_the_phone(WITH_PIN | {"x-pin": "0000"}, location_id="kota"))


def test_a_personal_token_acts_as_itself_whatever_number_comes_along() -> None:
    request = a_request(
        headers={"x-employee": "1042", "x-pin": "0000"}, location_id="senayan", task_id="A-1~1"
    )

    assert step_of(request).by == "budi"


# --- what a picker may not do


@pytest.mark.parametrize("groups", ["supervisor", "operations"])
def test_a_supervisor_may_do_what_only_supervisors_may(groups: str) -> None:
    request = a_request(in_groups(groups), location_id="senayan", task_id="A-1~1")

    assert supervisor_of(request)[1] == "senayan"
    assert supervisor_step_of(request).by == "budi"


def test_a_picker_may_not() -> None:
    with pytest.raises(Forbidden) as refusal:
        supervisor_of(a_request(location_id="senayan"))

    assert refusal.value.code == "supervisor_required"


def test_for_a_picker_another_location_does_not_exist_rather_than_needing_a_supervisor() -> None:
    with pytest.raises(NotFound):
        supervisor_of(a_request(location_id="kota"))


# --- pages


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
