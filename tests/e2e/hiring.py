"""Somebody new in the store, from the supervisor's screen to their own, again when they forgot everything, and out."""

from __future__ import annotations

from uuid import uuid4

from tests.local.calls import Caller, anyone, holding, phone, supervisor
from tests.local.stack import Stack

STORE = "senayan"
NEW_PASSWORD = "Correct-Horse-9"


def hire(stack: Stack) -> None:
    """Everything that is done to people: set, set otherwise, sign in, be seen, be given new secrets at the phone, be
    let go, be hired again.
    """
    number, boss = f"e{uuid4().hex[:8]}", supervisor(stack, STORE)
    path = f"/v1/locations/{STORE}/staff/{number}"
    boss.put(path, {"name": "Wati", "role": "supervisor"}).expect(200)
    one_time = boss.put(path, {"name": "Wati", "role": "picker"}).expect(200)["one_time_password"]
    words = {"username": number, "password": one_time}
    assert anyone(stack).post("/v1/sign-in", words).expect(200)["new_password_required"]
    words["new_password"] = NEW_PASSWORD
    token = anyone(stack).post("/v1/sign-in", words).expect(200)["id_token"]
    listed = Caller(stack, id_token=token).get(f"/v1/locations/{STORE}/staff").expect(200)["staff"]
    assert {"employee": number, "name": "Wati", "role": "picker"} in listed

    held = holding(stack.supervisors[STORE])
    told = phone(stack, STORE).post(f"{path}/reset", {}, key=uuid4().hex, headers=held).expect(200)
    assert anyone(stack).post("/v1/sign-in", {**words, "password": NEW_PASSWORD}).status == 401
    words["password"] = told["one_time_password"]
    assert anyone(stack).post("/v1/sign-in", words).expect(200)["employee"] == number

    left = boss.delete(path).expect(200)["staff"]
    assert number not in {who["employee"] for who in left}
    assert anyone(stack).post("/v1/sign-in", {**words, "password": NEW_PASSWORD}).status == 401
    words["password"] = boss.put(path, {"name": "Wati", "role": "picker"}).expect(200)["one_time_password"]
    assert anyone(stack).post("/v1/sign-in", words).expect(200)["locations"] == [STORE]
