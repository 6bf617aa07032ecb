"""The table of staff: who works at a location, and the tries at their PINs.

``tries`` only ever grows; a try is allowed while it is below ``tries_until``, which a right PIN moves on. So no write
takes a try back: neither one that the SDK sends twice, nor one that comes late.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from fulfillment.adapters.dynamodb.rows import Row, number, number_of, pages, text, text_of
from fulfillment.application.people_ports import PinLocked, PinTry
from fulfillment.domain.people import MAX_PIN_TRIES, Employee, PinMark, Role

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@dataclass(frozen=True)
class DynamoDBStaffRepository:
    """See ``people_ports.StaffRepository``."""

    client: DynamoDBClient
    table: str

    def take_try(self, location_id: str, employee: str) -> PinTry | None:
        """A bare update: one that is sent twice counts twice, which only ever locks earlier."""
        tries_are_left = "#tries < tries_until"  # true until the last try was counted; false without a PIN
        try:
            row = self.client.update_item(
                TableName=self.table,
                Key=_key(location_id, employee),
                UpdateExpression="SET #tries = #tries + :one",
                ConditionExpression=tries_are_left,
                ExpressionAttributeNames={"#tries": "tries"},
                ExpressionAttributeValues={":one": number(1)},
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )["Attributes"]
        except self.client.exceptions.ConditionalCheckFailedException as error:
            response: Any = error.response
            if "pin_hash" in response.get("Item", {}):
                raise PinLocked from None
            return None
        return PinTry(
            _employee(row),
            PinMark(text_of(row, "pin_kid"), text_of(row, "pin_hash")),
            number_of(row, "tries"),
            number_of(row, "tries_until"),
        )

    def forgive(self, location_id: str, tried: PinTry) -> None:
        """Moves the end of the tries on, never back."""
        self._move_end(location_id, tried, tried.tries + MAX_PIN_TRIES)

    def give_back(self, location_id: str, tried: PinTry) -> None:
        """Moves the end of the tries on by one. Two that meet move it once, which only ever locks earlier."""
        self._move_end(location_id, tried, tried.until + 1)

    def _move_end(self, location_id: str, tried: PinTry, until: int) -> None:
        same_pin_and_later = (
            "pin_hash = :hash AND tries_until < :until"  # true unless a later try was right before
        )
        try:
            self.client.update_item(
                TableName=self.table,
                Key=_key(location_id, tried.who.employee),
                UpdateExpression="SET tries_until = :until",
                ConditionExpression=same_pin_and_later,
                ExpressionAttributeValues={
                    ":hash": text(tried.mark.keyed_hash),
                    ":until": number(until),
                },
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return

    def of_location(self, location_id: str) -> Sequence[Employee]:
        """As they are now: a PIN that was just given works at once."""
        asked = {
            "TableName": self.table,
            "KeyConditionExpression": "location_id = :here",
            "ExpressionAttributeValues": {":here": text(location_id)},
            "ConsistentRead": True,
        }
        return [_employee(row) for row in pages(self.client.query, **asked)]

    def put(self, who: Employee, marks: Collection[tuple[str, PinMark | None]]) -> None:
        """Each row whole, so that it does not matter what was there."""
        for location_id, mark in marks:
            self.client.put_item(TableName=self.table, Item=staff_item(location_id, who, mark))

    def remove(self, location_id: str, employee: str) -> bool:
        """The whole row. A try that comes later counts nothing: without a row there is none left."""
        removed = self.client.delete_item(
            TableName=self.table, Key=_key(location_id, employee), ReturnValues="ALL_OLD"
        )
        return "Attributes" in removed


def staff_item(location_id: str, who: Employee, mark: PinMark | None) -> Row:
    """The row of somebody at a location; a shared phone has no PIN of its own."""
    row: dict[str, dict[str, str]] = {
        **_key(location_id, who.employee),
        "name": text(who.name),
        "role": text(who.role),
    }
    if mark is None:
        return row
    tries = {"tries": number(0), "tries_until": number(MAX_PIN_TRIES)}
    return {**row, "pin_kid": text(mark.kid), "pin_hash": text(mark.keyed_hash), **tries}


def _key(location_id: str, employee: str) -> dict[str, dict[str, str]]:
    return {"location_id": text(location_id), "employee": text(employee)}


def _employee(row: Row) -> Employee:
    return Employee(text_of(row, "employee"), text_of(row, "name"), cast(Role, text_of(row, "role")))
