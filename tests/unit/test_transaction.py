"""What a refused transaction means: each reason, in each place, and what may never be concluded from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from fulfillment.adapters.dynamodb import transaction as module
from fulfillment.adapters.dynamodb.rows import Row, number, text
from fulfillment.adapters.dynamodb.transaction import MAX_ACTIONS, MAX_ATTEMPTS, LedgerBroken, Transaction
from fulfillment.application.ports import StockShort
from fulfillment.domain.errors import Busy, Refusal
from fulfillment.domain.stock import StockRow

CONDITION, NONE = "ConditionalCheckFailed", "None"
CONFLICT, THROTTLED = "TransactionConflict", "ThrottlingError"


@dataclass
class FakeDynamoDB:
    """A client whose first answers are these errors; then it writes."""

    errors: list[Exception] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        self.calls.append(request)
        if self.errors:
            raise self.errors.pop(0)
        return {}

    @property
    def tokens(self) -> list[str]:
        return [call["ClientRequestToken"] for call in self.calls]

    @property
    def tables(self) -> list[list[str]]:
        return [
            [body["TableName"] for item in call["TransactItems"] for body in item.values()]
            for call in self.calls
        ]


class Signal(Exception):
    """What an action's refusal is turned into."""


def cancelled(*codes: str, items: dict[int, Row] | None = None) -> ClientError:
    reasons: list[dict[str, Any]] = [{"Code": code} for code in codes]
    for place, item in (items or {}).items():
        reasons[place]["Item"] = item
    return ClientError(
        {  # type: ignore[typeddict-unknown-key]
            "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
            "CancellationReasons": reasons,
        },
        "TransactWriteItems",
    )


def failed(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "TransactWriteItems")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The attempts that were waited after, without waiting."""
    waited: list[int] = []
    monkeypatch.setattr(module, "pause", waited.append)
    return waited


def short(sku: str) -> StockShort:
    return StockShort({(sku, "senayan"): StockRow(sku, "senayan", 0)})


def the_three(client: FakeDynamoDB) -> Transaction:
    """The order's own row, a shelf, and a place to be given back that may be gone."""
    transaction = Transaction(client)  # type: ignore[arg-type]
    transaction.put(
        "orders", {"order_id": text("A-1")}, condition="new", refused=lambda row: Signal("order", row)
    )
    transaction.update(
        "stock", {"sku": text("tee")}, "SET x", condition="left", refused=lambda row: Signal("stock", row)
    )
    transaction.update("capacity", {"window": text("w")}, "SET y", condition="there", refused=None)
    return transaction


# --- each reason in each place


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ((CONDITION, NONE, NONE), "order"),
        ((NONE, CONDITION, NONE), "stock"),
        ((CONDITION, CONDITION, NONE), "order"),
        ((CONDITION, CONDITION, CONDITION), "order"),
        ((NONE, CONDITION, CONDITION), "stock"),
        ((CONDITION, CONFLICT, NONE), "order"),
        ((CONFLICT, CONDITION, NONE), "stock"),
        ((THROTTLED, CONDITION, CONFLICT), "stock"),
    ],
)
def test_a_condition_that_failed_says_what_it_means_and_the_first_is_heard(
    pauses: list[int], codes: Sequence[str], said: str
) -> None:
    client = FakeDynamoDB([cancelled(*codes)])

    with pytest.raises(Signal) as signal:
        the_three(client).commit()

    assert signal.value.args[0] == said
    assert (len(client.calls), pauses) == (1, [])


@pytest.mark.parametrize("code", [CONFLICT, THROTTLED, "ProvisionedThroughputExceeded"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_trouble_in_any_place_is_tried_again_and_is_never_an_answer(
    pauses: list[int], code: str, place: int
) -> None:
    codes = [NONE, NONE, NONE]
    codes[place] = code
    client = FakeDynamoDB([cancelled(*codes)])

    the_three(client).commit()

    assert len(client.calls) == 2
    assert pauses == [0]


@pytest.mark.parametrize("code", ["ValidationError", "ItemCollectionSizeLimitExceeded", "SomethingNew"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_reason_that_no_retry_helps_passes_through(pauses: list[int], code: str, place: int) -> None:
    codes = [NONE, CONFLICT, NONE]
    codes[place] = code
    client = FakeDynamoDB([cancelled(*codes)])

    with pytest.raises(ClientError):
        the_three(client).commit()

    assert (len(client.calls), pauses) == (1, [])


@pytest.mark.parametrize("others", [(NONE, NONE), (CONFLICT, NONE), (NONE, THROTTLED)])
def test_a_place_that_is_gone_is_left_out_and_the_rest_is_written(
    pauses: list[int], others: Sequence[str]
) -> None:
    client = FakeDynamoDB([cancelled(*others, CONDITION)])

    the_three(client).commit()

    assert client.tables == [["orders", "stock", "capacity"], ["orders", "stock"]]
    assert pauses == []


def test_after_a_place_was_left_out_reasons_are_read_in_their_new_places(pauses: list[int]) -> None:
    # Given a give-back before the shelf
    client = FakeDynamoDB([cancelled(CONDITION, NONE), cancelled(CONDITION)])
    transaction = Transaction(client)  # type: ignore[arg-type]
    transaction.update("capacity", {"window": text("w")}, "SET y", condition="there", refused=None)
    transaction.update(
        "stock", {"sku": text("tee")}, "SET x", condition="left", refused=lambda row: Signal("stock")
    )

    with pytest.raises(Signal, match="stock"):
        transaction.commit()

    assert client.tables == [["capacity", "stock"], ["stock"]]


def test_a_refusal_hands_over_the_row_that_stood_in_the_way(pauses: list[int]) -> None:
    row = {"order_id": text("A-1"), "version": number(7)}

    with pytest.raises(Signal) as signal:
        the_three(FakeDynamoDB([cancelled(CONDITION, NONE, NONE, items={0: row})])).commit()

    assert signal.value.args[1] == row


def test_the_cause_of_a_refusal_stays_with_it(pauses: list[int]) -> None:
    error = cancelled(NONE, CONDITION, NONE)

    with pytest.raises(Signal) as signal:
        the_three(FakeDynamoDB([error])).commit()

    assert signal.value.__cause__ is error


# --- several short shelves


def shelves(client: FakeDynamoDB, *skus: str) -> Transaction:
    transaction = Transaction(client)  # type: ignore[arg-type]
    for sku in skus:
        transaction.update(
            "stock", {"sku": text(sku)}, "SET x", condition="left", refused=lambda _, sku=sku: short(sku)
        )  # type: ignore[misc]
    return transaction


def test_one_refusal_names_every_shelf_that_is_short(pauses: list[int]) -> None:
    client = FakeDynamoDB([cancelled(CONDITION, NONE, CONDITION)])

    with pytest.raises(StockShort) as signal:
        shelves(client, "tee", "cap", "pin").commit()

    assert [sku for sku, _ in signal.value.rows] == ["tee", "pin"]


def test_a_short_shelf_and_another_refusal_are_the_first_of_the_two(pauses: list[int]) -> None:
    client = FakeDynamoDB([cancelled(CONDITION, CONDITION)])
    transaction = shelves(client, "tee")
    transaction.check(
        "locations", {"location_id": text("x")}, condition="open", refused=lambda row: Signal("closed")
    )

    with pytest.raises(StockShort) as signal:
        transaction.commit()

    assert list(signal.value.rows) == [("tee", "senayan")]


def test_shelves_are_short_only_when_a_condition_of_theirs_failed(pauses: list[int]) -> None:
    # Given nothing but conflicts, for ever
    client = FakeDynamoDB([cancelled(CONFLICT, THROTTLED)] * 99)

    with pytest.raises(Busy):
        shelves(client, "tee", "cap").commit()


# --- bounds


@pytest.mark.parametrize(
    "error",
    [
        cancelled(NONE, CONFLICT, NONE),
        cancelled(),
        failed("ThrottlingException"),
        failed("ProvisionedThroughputExceededException"),
        failed("RequestLimitExceeded"),
        failed("TransactionInProgressException"),
        failed("TransactionConflictException"),
    ],
    ids=lambda error: f"{error.response['Error']['Code']}{error.response.get('CancellationReasons', '')}",
)
def test_endless_trouble_is_busy_after_so_many_attempts(pauses: list[int], error: ClientError) -> None:
    client = FakeDynamoDB([error] * 99)

    with pytest.raises(Busy) as refusal:
        the_three(client).commit()

    assert isinstance(refusal.value, Refusal)
    assert refusal.value.status == 503
    assert len(client.calls) == MAX_ATTEMPTS
    assert pauses == list(range(MAX_ATTEMPTS))


def test_trouble_that_ends_is_no_trouble(pauses: list[int]) -> None:
    client = FakeDynamoDB([cancelled(NONE, CONFLICT, NONE), failed("ThrottlingException")])

    the_three(client).commit()

    assert (len(client.calls), pauses) == (3, [0, 1])


def test_a_condition_that_fails_after_a_conflict_is_heard(pauses: list[int]) -> None:
    client = FakeDynamoDB([cancelled(NONE, CONFLICT, NONE), cancelled(NONE, CONDITION, NONE)])

    with pytest.raises(Signal, match="stock"):
        the_three(client).commit()


@pytest.mark.parametrize(
    "error",
    [
        failed("ValidationException"),
        failed("ResourceNotFoundException"),
        failed("AccessDeniedException"),
        failed("IdempotentParameterMismatchException"),
        failed("InternalServerError"),
        ReadTimeoutError(endpoint_url="https://dynamodb"),
    ],
    ids=str,
)
def test_trouble_outside_passes_through_as_it_is(pauses: list[int], error: Exception) -> None:
    client = FakeDynamoDB([error])

    with pytest.raises(type(error)) as raised:
        the_three(client).commit()

    assert raised.value is error
    assert len(client.calls) == 1


@pytest.mark.parametrize("count", [0, MAX_ACTIONS + 1])
def test_no_action_or_too_many_is_a_bug(count: int) -> None:
    client = FakeDynamoDB()

    with pytest.raises(AssertionError):
        shelves(client, *(f"sku{n}" for n in range(count))).commit()

    assert client.calls == []


# --- what is sent


def test_the_token_is_the_same_for_the_same_bytes_and_short_enough(pauses: list[int]) -> None:
    # Given a transaction that is tried three times, and the same one made anew
    first = FakeDynamoDB([cancelled(NONE, CONFLICT, NONE), failed("TransactionInProgressException")])
    second = FakeDynamoDB()

    the_three(first).commit()
    the_three(second).commit()

    assert len({*first.tokens, *second.tokens}) == 1
    assert len(first.tokens[0]) == 36


def test_other_bytes_have_another_token(pauses: list[int]) -> None:
    # Given a transaction that leaves an action out the second time, and one of another SKU
    dropped, other = FakeDynamoDB([cancelled(NONE, NONE, CONDITION)]), FakeDynamoDB()
    the_three(dropped).commit()
    shelves(other, "tee").commit()
    shelves(other, "cap").commit()

    assert len({*dropped.tokens, *other.tokens}) == 4


def test_bytes_take_part_in_the_token() -> None:
    client = FakeDynamoDB()
    for record in (b"one", b"two"):
        transaction = Transaction(client)  # type: ignore[arg-type]
        transaction.put_new("orders", {"record": {"B": record}})
        transaction.commit()

    assert len(set(client.tokens)) == 2


def test_an_action_says_what_the_service_expects() -> None:
    client = FakeDynamoDB()
    transaction = Transaction(client)  # type: ignore[arg-type]
    transaction.put(
        "orders", {"a": text("1")}, condition="c", refused=Signal, names={"#a": "a"}, values={":v": number(1)}
    )
    transaction.put("orders", {"a": text("2")}, refused=Signal, names={}, values=None)
    transaction.put_new("orders", {"a": text("3")})
    transaction.update("stock", {"k": text("4")}, "SET b", condition="c", refused=Signal, names={"#b": "b"})
    transaction.check("locations", {"k": text("5")}, condition="c", refused=Signal)
    transaction.commit()

    told = {"ConditionExpression": "c", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    (call,) = client.calls
    assert call["TransactItems"] == [
        {
            "Put": {
                "TableName": "orders",
                "Item": {"a": {"S": "1"}},
                **told,
                "ExpressionAttributeNames": {"#a": "a"},
                "ExpressionAttributeValues": {":v": {"N": "1"}},
            }
        },
        {"Put": {"TableName": "orders", "Item": {"a": {"S": "2"}}}},
        {"Put": {"TableName": "orders", "Item": {"a": {"S": "3"}}}},
        {
            "Update": {
                "TableName": "stock",
                "Key": {"k": {"S": "4"}},
                "UpdateExpression": "SET b",
                **told,
                "ExpressionAttributeNames": {"#b": "b"},
            }
        },
        {"ConditionCheck": {"TableName": "locations", "Key": {"k": {"S": "5"}}, **told}},
    ]


def test_a_row_that_nothing_else_can_have_written_and_did_is_a_bug(pauses: list[int]) -> None:
    transaction = Transaction(FakeDynamoDB([cancelled(CONDITION)]))  # type: ignore[arg-type]
    transaction.put_new("orders", {"a": text("1")})

    with pytest.raises(LedgerBroken):
        transaction.commit()
