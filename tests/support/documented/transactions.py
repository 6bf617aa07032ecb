"""Transactions, tokens, conditions that fail, batches."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from tests.support.documented.asking import (
    CANCELLED,
    CONDITION_FAILED,
    DONE,
    INVALID,
    MISMATCH,
    OLD,
    Ask,
    documented,
)

ONE, TWO = {"N": "1"}, {"N": "2"}
IS_NEW = {"ConditionExpression": "attribute_not_exists(pk)"}
ADD_ONE = {"UpdateExpression": "ADD amount :one", "ExpressionAttributeValues": {":one": ONE}}


def put(ask: Ask, sk: str, **attributes: Any) -> tuple[str, dict[str, Any]]:
    return "Put", {"Item": {**ask.key(sk), **attributes}}


@documented((CANCELLED, {}))
def one_failed_condition_cancels_all_actions(ask: Ask) -> Any:
    ask.put("b")
    answer = ask.transact(put(ask, "a", n=ONE), ("Put", {"Item": ask.key("b"), **IS_NEW}))
    return answer, ask.get("a")


@documented([("None", None), ("ConditionalCheckFailed", None), ("None", None)])
def reasons_come_in_the_order_of_the_actions_and_without_the_row_unless_it_is_asked_for(ask: Ask) -> Any:
    ask.put("b")
    return ask.reasons(put(ask, "a"), ("Put", {"Item": ask.key("b"), **IS_NEW}), put(ask, "c"))[1]


@documented(TWO)
def a_reason_has_the_row_when_it_is_asked_for(ask: Ask) -> Any:
    ask.put("a", n=TWO)
    ((_, item),) = ask.reasons(("Put", {"Item": ask.key("a"), **IS_NEW, **OLD}))[1]
    return item["n"]


@documented(["ConditionalCheckFailed", "ConditionalCheckFailed"])
def all_failed_conditions_are_told(ask: Ask) -> Any:
    ask.put("a")
    ask.put("b")
    told = ask.reasons(*(("Put", {"Item": ask.key(sk), **IS_NEW}) for sk in "ab"))[1]
    return [code for code, _ in told]


@documented(CANCELLED)
def a_condition_check_alone_can_cancel(ask: Ask) -> Any:
    check = {"Key": ask.key("b"), "ConditionExpression": "attribute_exists(pk)"}
    return ask.transact(put(ask, "a"), ("ConditionCheck", check))


@documented(INVALID)
def two_actions_on_one_item_are_not_valid(ask: Ask) -> Any:
    return ask.transact(put(ask, "a"), ("Delete", {"Key": ask.key("a")}))


@documented(DONE)
def a_hundred_actions_are_taken(ask: Ask) -> Any:
    return ask.transact(*(put(ask, f"{n}") for n in range(100)))


@documented(INVALID)
def a_hundred_and_one_actions_are_not_valid(ask: Ask) -> Any:
    return ask.transact(*(put(ask, f"{n}") for n in range(101)))


@documented(INVALID)
def a_transaction_without_actions_is_not_valid(ask: Ask) -> Any:
    return ask.transact()


@documented(INVALID)
def more_than_four_megabytes_are_not_valid(ask: Ask) -> Any:
    return ask.transact(*(put(ask, f"{n}", text={"S": "x" * 400_000}) for n in range(11)))


@documented((DONE, ONE))
def the_same_token_applies_once(ask: Ask) -> Any:
    add = ("Update", {"Key": ask.key(), **ADD_ONE})
    answers = {ask.transact(add, token="applies once") for _ in range(3)}
    return *answers, ask.get()["amount"]


@documented(MISMATCH)
def the_same_token_with_other_parameters_is_refused(ask: Ask) -> Any:
    ask.transact(put(ask, "a", n=ONE), token="other parameters")
    return ask.transact(put(ask, "a", n=TWO), token="other parameters")


@documented((CANCELLED, DONE))
def a_token_of_a_cancelled_transaction_is_not_used_up(ask: Ask) -> Any:
    ask.put("a")
    new = ("Put", {"Item": ask.key("a"), **IS_NEW})
    first = ask.transact(new, token="not used up")
    ask.send("delete_item", Key=ask.key("a"))
    return first, ask.transact(new, token="not used up")


@documented(INVALID)
def a_token_has_at_most_36_characters(ask: Ask) -> Any:
    return ask.transact(put(ask, "a"), token="x" * 37)


@documented(INVALID)
def a_value_that_is_not_used_is_not_valid_in_a_transaction(ask: Ask) -> Any:
    values = {":one": ONE, ":two": TWO}
    update = {"Key": ask.key(), "UpdateExpression": "SET n = :one", "ExpressionAttributeValues": values}
    return ask.transact(("Update", update))


@documented(INVALID)
def a_reserved_word_is_not_valid_in_a_transaction(ask: Ask) -> Any:
    update = {
        "Key": ask.key(),
        "UpdateExpression": "SET status = :one",
        "ExpressionAttributeValues": {":one": ONE},
    }
    return ask.transact(("Update", update))


@documented((CONDITION_FAILED, TWO))
def a_put_that_is_refused_tells_the_row(ask: Ask) -> Any:
    ask.put(n=TWO)
    return refused(ask, "put_item", Item=ask.key(), **IS_NEW)


@documented((CONDITION_FAILED, TWO))
def an_update_that_is_refused_tells_the_row(ask: Ask) -> Any:
    ask.put(n=TWO)
    return refused(ask, "update_item", Key=ask.key(), **ADD_ONE, **IS_NEW)


@documented((CONDITION_FAILED, TWO))
def a_delete_that_is_refused_tells_the_row(ask: Ask) -> Any:
    ask.put(n=TWO)
    return refused(ask, "delete_item", Key=ask.key(), **IS_NEW)


def refused(ask: Ask, method: str, **parameters: Any) -> Any:
    try:
        getattr(ask.client, method)(TableName="Documented", **parameters, **OLD)
    except ClientError as error:
        told: Any = error.response
        return told["Error"]["Code"], told["Item"]["n"]
    return DONE


@documented(INVALID)
def a_batch_writes_at_most_25(ask: Ask) -> Any:
    return ask.batch("batch_write_item", [{"PutRequest": {"Item": ask.key(f"{n}")}} for n in range(26)])


@documented(INVALID)
def a_batch_does_not_write_one_item_twice(ask: Ask) -> Any:
    return ask.batch("batch_write_item", [{"PutRequest": {"Item": ask.key()}}] * 2)


@documented(INVALID)
def a_batch_reads_at_most_100(ask: Ask) -> Any:
    return ask.batch("batch_get_item", {"Keys": [ask.key(f"{n}") for n in range(101)]})


@documented(INVALID)
def a_batch_does_not_read_one_item_twice(ask: Ask) -> Any:
    return ask.batch("batch_get_item", {"Keys": [ask.key()] * 2})
