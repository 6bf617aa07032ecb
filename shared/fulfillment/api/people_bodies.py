"""Bodies of sign-in and of the staff of a location."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fulfillment.api.answers import AnswerModel
from fulfillment.api.requests import Contract
from fulfillment.domain.people import Role

Password = Annotated[str, Field(min_length=1, max_length=256)]  # the user pool takes no longer one


class SignInIn(Contract):
    """``new_password``: in the place of a one-time password, which is good for nothing else."""

    username: Annotated[str, Field(min_length=1, max_length=128, examples=["1042"])]
    password: Password
    new_password: Password | None = None


class SignedInOut(AnswerModel):
    """The id token and whose it is; all of it null while ``new_password_required``."""

    id_token: str | None
    expires_in: int | None = Field(json_schema_extra={"description": "Seconds."})
    employee: str | None
    name: str | None
    role: Role | None
    locations: list[str]
    new_password_required: bool


class StaffIn(Contract):
    """Somebody who works at the location, or the phone that is shared there (``device``)."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
    role: Literal["picker", "supervisor", "device"]


class ResetIn(Contract):
    """Nothing to say."""


class EmployeeOut(AnswerModel):
    """Who works at the location."""

    employee: str
    name: str
    role: Role


class StaffOut(AnswerModel):
    """Everybody, by employee number."""

    staff: list[EmployeeOut]


class NewSecretsOut(EmployeeOut):
    """To be printed and handed over: they are kept nowhere. A shared phone has no PIN."""

    one_time_password: str
    pin: str | None
