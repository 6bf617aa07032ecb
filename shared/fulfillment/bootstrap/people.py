"""The part of the composition root that is about staff; ``bootstrap`` hands it on."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from fulfillment.adapters import aws
from fulfillment.adapters.secrets import SecretKeys
from fulfillment.application.check_pin import CheckPin, StaffDoor
from fulfillment.bootstrap.parts import known

if TYPE_CHECKING:
    from fulfillment.adapters.dynamodb.people import DynamoDBStaffRepository
    from fulfillment.application.employ_staff import EmployStaff
    from fulfillment.application.sign_in import SignIn
    from fulfillment.domain.people import Employee


@cache
def staff_door() -> StaffDoor:
    """What tokens of staff are asked. Nothing is built for a PIN until one is shown."""
    needed = ("staff_client_id", "staff_pin_secret_id", "tables.staff")
    client_id = known().need(*needed).staff_client_id

    @cache
    def checker() -> CheckPin:
        return CheckPin(_staff(), _pin_keys())

    def check_pin(location_id: str, employee: str, pin: str) -> Employee:
        return checker()(location_id, employee, pin)

    return StaffDoor(client_id, check_pin)


@cache
def sign_in() -> SignIn:
    """Numbers and passwords."""
    from fulfillment.adapters.cognito import CognitoSignIn
    from fulfillment.application.sign_in import SignIn

    return SignIn(CognitoSignIn(aws.cognito(), known().need("staff_client_id").staff_client_id))


@cache
def employ_staff() -> EmployStaff:
    """Who works where."""
    from fulfillment.adapters.cognito import CognitoStaff
    from fulfillment.adapters.one_time import DrawnSecrets
    from fulfillment.application.employ_staff import EmployStaff

    pool = CognitoStaff(aws.cognito(), known().need("staff_pool_id").staff_pool_id)
    return EmployStaff(pool, _staff(), _pin_keys(), DrawnSecrets())


def _staff() -> DynamoDBStaffRepository:
    from fulfillment.adapters.dynamodb.people import DynamoDBStaffRepository

    return DynamoDBStaffRepository(aws.dynamodb(), known().need("tables.staff").tables.staff)


def _pin_keys() -> SecretKeys:
    return SecretKeys(aws.secretsmanager(), known().need("staff_pin_secret_id").staff_pin_secret_id)
